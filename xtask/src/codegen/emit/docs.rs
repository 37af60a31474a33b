//! Descriptions as doc comments.

/// The text as `///` lines. Markdown that means something else to rustdoc is made harmless: code
/// without a language is not a test, angle brackets are not HTML, brackets are not links to items.
pub(crate) fn doc_comment(text: &str, fallback: &str, indent: &str) -> String {
    let text = if text.trim().is_empty() {
        fallback
    } else {
        text
    };
    let mut out = String::new();
    let mut fenced = false;
    for line in text.trim().lines() {
        let line = line.trim_end();
        let inner = line.trim_start();
        if inner.starts_with("```") {
            let plain = if fenced { "```" } else { "```text" };
            fenced = !fenced;
            push(&mut out, indent, plain);
        } else if fenced {
            push(&mut out, indent, line);
        } else {
            // Four blanks would begin a code block.
            let depth = (line.len() - inner.len()).min(3);
            push(
                &mut out,
                indent,
                &format!("{}{}", &" ".repeat(depth), escape(inner)),
            );
        }
    }
    if fenced {
        push(&mut out, indent, "```");
    }
    out
}

fn push(out: &mut String, indent: &str, line: &str) {
    out.push_str(indent);
    out.push_str("///");
    if !line.is_empty() {
        out.push(' ');
        out.push_str(line);
    }
    out.push('\n');
}

/// Escapes outside of `code`.
fn escape(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for (index, part) in line.split('`').enumerate() {
        if index > 0 {
            out.push('`');
        }
        if index % 2 == 1 {
            out.push_str(part);
            continue;
        }
        escape_words(part, &mut out);
    }
    if line.matches('`').count() % 2 == 1 {
        // A span that is never closed: take the backquotes for what they are.
        return escape_all(line);
    }
    out
}

fn escape_all(line: &str) -> String {
    let mut out = String::new();
    escape_words(&line.replace('`', "'"), &mut out);
    out
}

fn escape_words(part: &str, out: &mut String) {
    let mut rest = part;
    while let Some(at) = rest.find(['<', '>', '[', 'h']) {
        out.push_str(&rest[..at]);
        let after = &rest[at..];
        let taken = match after.as_bytes()[0] {
            b'h' if (after.starts_with("http://") || after.starts_with("https://"))
                && !out.ends_with(['(', '<']) =>
            {
                let end = after
                    .find(|c: char| c.is_whitespace() || "<>()[]\"'".contains(c))
                    .unwrap_or(after.len());
                let end = after[..end].trim_end_matches(['.', ',', ';', ':']).len();
                out.push('<');
                out.push_str(&after[..end]);
                out.push('>');
                end
            }
            b'<' if autolink(after).is_some() => {
                let end = autolink(after).unwrap_or(1);
                out.push_str(&after[..end]);
                end
            }
            b'[' if !is_link(after) => {
                out.push_str("\\[");
                1
            }
            b'<' | b'>' if after.as_bytes()[0] == b'<' || !out.is_empty() => {
                out.push('\\');
                out.push_str(&after[..1]);
                1
            }
            _ => {
                out.push_str(&after[..1]);
                1
            }
        };
        rest = &after[taken..];
    }
    out.push_str(rest);
}

/// The length of `<https://…>`, which is a link already.
fn autolink(text: &str) -> Option<usize> {
    let end = text.find('>')?;
    let inner = &text[1..end];
    let is_url = inner.starts_with("http://") || inner.starts_with("https://");
    (is_url && !inner.contains(|c: char| c.is_whitespace() || c == '<')).then_some(end + 1)
}

/// `[words](https://…)`, and nothing else: links relative to the document's own site lead nowhere.
fn is_link(text: &str) -> bool {
    text.find(']')
        .is_some_and(|end| text[end + 1..].starts_with("(http"))
}

#[cfg(test)]
mod tests {
    use super::doc_comment;

    #[test]
    fn what_rustdoc_would_take_for_something_else_is_escaped() {
        for (text, expected) in [
            ("Plain.", "/// Plain.\n"),
            ("", "/// Nothing.\n"),
            ("a\n\nb", "/// a\n///\n/// b\n"),
            ("Vec<u8> and [x]", "/// Vec\\<u8\\> and \\[x]\n"),
            ("`Vec<u8>`", "/// `Vec<u8>`\n"),
            ("see https://a.b/c.", "/// see <https://a.b/c>.\n"),
            ("see <https://a.b/c>.", "/// see <https://a.b/c>.\n"),
            ("a <https b> c", "/// a \\<https b\\> c\n"),
            ("[a](https://a.b)", "/// [a](https://a.b)\n"),
            ("[a](/docs)", "/// \\[a](/docs)\n"),
            ("      code", "/// code\n"),
            ("a\n      code", "/// a\n///    code\n"),
            ("```\nlet x;\n```", "/// ```text\n/// let x;\n/// ```\n"),
            ("```json\n{}", "/// ```text\n/// {}\n/// ```\n"),
            ("one ` alone <b>", "/// one ' alone \\<b\\>\n"),
        ] {
            assert_eq!(doc_comment(text, "Nothing.", ""), expected, "{text}");
        }
    }
}
