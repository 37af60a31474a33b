//! From names in a document to names in Rust.

/// Words of a name: split at everything that is no letter or digit, and where case changes.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut current = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (index, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            if !current.is_empty() {
                words.push(std::mem::take(&mut current));
            }
            continue;
        }
        let before = index.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(index + 1);
        let starts = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
            });
        if starts && !current.is_empty() {
            words.push(std::mem::take(&mut current));
        }
        current.push(letter);
    }
    if !current.is_empty() {
        words.push(current);
    }
    words
}

/// `function_call` → `FunctionCall`, `MCPTool` → `McpTool`; a name that would start with a digit
/// gets a `V` in front, an empty one is `Empty`.
pub(crate) fn pascal(name: &str) -> String {
    let mut out = String::new();
    if let Some(rest) = name.strip_prefix('-')
        && rest.starts_with(|c: char| c.is_ascii_digit())
    {
        out.push_str("Minus");
    }
    for word in words(name) {
        let mut letters = word.chars();
        if let Some(first) = letters.next() {
            if out.ends_with(|c: char| c.is_ascii_digit()) && first.is_ascii_digit() {
                out.push('_');
            }
            out.extend(first.to_uppercase());
            out.extend(letters.flat_map(char::to_lowercase));
        }
    }
    if out.is_empty() {
        out.push_str("Empty");
    }
    if !out.starts_with(|c: char| c.is_alphabetic()) {
        out.insert(0, 'V');
    }
    legal(out)
}

/// `fooBar` → `foo_bar`; reserved words get an underscore behind.
pub(crate) fn snake(name: &str) -> String {
    let mut out = words(name)
        .iter()
        .map(|word| word.to_lowercase())
        .collect::<Vec<_>>()
        .join("_");
    if out.is_empty() {
        out.push_str("empty");
    }
    if !out.starts_with(|c: char| c.is_alphabetic()) {
        out.insert_str(0, "n_");
    }
    legal(out)
}

/// The name of a file, and of the module that is in it: Rust finds files by names of ASCII letters only.
pub(crate) fn module(name: &str) -> String {
    let ascii: String = name
        .chars()
        .map(|c| if c.is_ascii() { c } else { ' ' })
        .collect();
    match snake(&ascii).as_str() {
        "empty" => "other".to_owned(),
        // The file that holds the others.
        "mod_" | "lib" | "main" => format!("{}_", snake(&ascii).trim_end_matches('_')),
        // Files that use these crates could not tell them from a module beside them.
        name if CRATES.contains(&name) => format!("{name}_"),
        name => name.to_owned(),
    }
}

/// Crates that generated files name without leading colons.
const CRATES: [&str; 6] = [
    "alloc",
    "core",
    "progenitor_client",
    "reqwest",
    "serde_json",
    "std",
];

/// Words that cannot be names. `gen` became one with the 2024 edition.
const KEYWORDS: [&str; 53] = [
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "",
];

/// Letters that may stand in a name in Rust; no keyword.
fn legal(name: String) -> String {
    let is_letter = |c: char| {
        let mut with_underscore = ['_'; 2];
        with_underscore[1] = c;
        let text: String = with_underscore.iter().collect();
        c.is_ascii_alphanumeric() || c == '_' || syn::parse_str::<syn::Ident>(&text).is_ok()
    };
    let name: String = name
        .chars()
        .map(|c| if is_letter(c) { c } else { 'u' })
        .collect();
    // Asking `syn` about each name would take longer than everything else that is done with names.
    let is_legal = |name: &str| match name.is_ascii() {
        true => {
            name != "_"
                && !name.starts_with(|c: char| c.is_ascii_digit())
                && !KEYWORDS.contains(&name)
        }
        false => syn::parse_str::<syn::Ident>(name).is_ok(),
    };
    if is_legal(&name) {
        return name;
    }
    let marked = format!("{name}_");
    if is_legal(&marked) {
        return marked;
    }
    // Some letters cannot come first.
    let first = if name.contains(char::is_uppercase) {
        'U'
    } else {
        'u'
    };
    format!("{first}{name}")
}

/// The first of `base`, `base2`, `base3`… that is free.
pub(crate) fn unique(base: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut name = base.to_owned();
    let base = base.trim_end_matches('_');
    let mut number = 2;
    while taken(&name) {
        name = if base.ends_with(|c: char| c.is_ascii_digit()) {
            format!("{base}_{number}")
        } else {
            format!("{base}{number}")
        };
        number += 1;
    }
    name
}

/// The name without a beginning it shares with `parent`, word by word; whole if nothing is left.
pub(crate) fn without_prefix(name: &str, parent: &str) -> String {
    let (own, parent) = (words(name), words(parent));
    let shared = own.iter().zip(&parent).take_while(|(a, b)| a == b).count();
    if shared == own.len() || shared == 0 {
        return name.to_owned();
    }
    pascal(&own[shared..].join("_"))
}

/// The last word of a type's name, in the plural: `ContentPart` → `Parts`.
pub(crate) fn plural(name: &str) -> String {
    let last = words(name).pop().unwrap_or_default();
    if let Some(stem) = last.strip_suffix('y')
        && !stem.ends_with(['a', 'e', 'o', 'u'])
    {
        return pascal(&format!("{stem}ies"));
    }
    if last.ends_with('s') || last.ends_with('x') || last.ends_with("ch") {
        return pascal(&format!("{last}es"));
    }
    pascal(&format!("{last}s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_variants_are_in_pascal_case() {
        for (name, expected) in [
            ("function_call", "FunctionCall"),
            ("response.output_text.delta", "ResponseOutputTextDelta"),
            ("MCPTool", "McpTool"),
            ("ModelIdsShared-2", "ModelIdsShared2"),
            ("1024x1024", "V1024x1024"),
            ("gpt-4.1-mini", "Gpt4_1Mini"),
            ("", "Empty"),
            ("-1", "Minus1"),
            ("self", "Self_"),
            ("größe", "Größe"),
            ("кот", "Кот"),
            ("猫", "猫"),
            ("①", "Vu"),
        ] {
            assert_eq!(pascal(name), expected, "{name}");
        }
    }

    #[test]
    fn fields_are_in_snake_case_and_never_keywords() {
        for (name, expected) in [
            ("fooBar", "foo_bar"),
            ("type", "type_"),
            ("self", "self_"),
            ("HTTPCode", "http_code"),
            ("@id", "id"),
            ("2fa", "n_2fa"),
            ("$", "empty"),
        ] {
            assert_eq!(snake(name), expected, "{name}");
        }
    }

    #[test]
    fn words_of_the_language_are_those_that_syn_knows() {
        for keyword in KEYWORDS {
            let known = syn::parse_str::<syn::Ident>(keyword).is_err();
            assert!(known || keyword == "gen", "{keyword}");
        }
    }

    #[test]
    fn names_are_told_apart_by_numbers() {
        assert_eq!(unique("Item", |name| name == "Item"), "Item2");
        assert_eq!(unique("Item2", |name| name == "Item2"), "Item2_2");
    }

    #[test]
    fn variants_lose_what_the_union_says_already() {
        assert_eq!(without_prefix("ToolChoiceMode", "ToolChoice"), "Mode");
        assert_eq!(without_prefix("Message", "Item"), "Message");
        assert_eq!(plural("ContentPart"), "Parts");
        assert_eq!(plural("Entry"), "Entries");
    }
}
