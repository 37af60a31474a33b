//! Compares the public interface of each published crate with a stored listing, so that a change can be read.
//!
//! After an intended change, run `UPDATE_PUBLIC_API=1 cargo test -p oci-genai-tests public_api` and read the
//! difference in `crates/*/public-api.txt`. A line that is removed or changed breaks users.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Fields, File, FnArg, ImplItem, Item, ReturnType, TraitItem, Visibility};

const CRATES: &[&str] = &[
    "oci-genai",
    "oci-genai-api",
    "oci-genai-auth",
    "oci-genai-emulator",
    "oci-genai-proxy",
    "oci-genai-session",
];

#[test]
fn the_public_interface_is_the_stored_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut changes = String::new();
    for name in CRATES {
        let files: Vec<File> = sources(&root.join(name).join("src"))
            .iter()
            .map(|path| syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap())
            .collect();
        let public: BTreeSet<String> = files.iter().flat_map(public_types).collect();
        let mut lines = BTreeSet::new();
        for file in &files {
            collect(file, &public, &mut lines);
        }
        let mut listing = lines.into_iter().collect::<Vec<_>>().join("\n");
        listing.push('\n');
        assert!(
            listing.lines().count() > 30,
            "{name}: the listing is too short"
        );
        let stored = root.join(name).join("public-api.txt");
        if std::env::var_os("UPDATE_PUBLIC_API").is_some() {
            fs::write(&stored, &listing).unwrap();
            continue;
        }
        let before = fs::read_to_string(&stored).unwrap();
        let (before, after): (BTreeSet<&str>, BTreeSet<&str>) =
            (before.lines().collect(), listing.lines().collect());
        for line in before.difference(&after) {
            changes.push_str(&format!("{name}: removed: {line}\n"));
        }
        for line in after.difference(&before) {
            changes.push_str(&format!("{name}: added: {line}\n"));
        }
    }
    assert!(
        changes.is_empty(),
        "the public interface changed\n{changes}if that is intended, run \
         `UPDATE_PUBLIC_API=1 cargo test -p oci-genai-tests public_api` and commit the listings"
    );
}

/// Returns the library's source files without its unit tests.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("tests.rs")
        {
            found.push(path);
        }
    }
    found
}

/// Returns the names of the public types of a file, those that macros define included.
fn public_types(file: &File) -> Vec<String> {
    file.items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) if is_public(&item.vis) => Some(item.ident.to_string()),
            Item::Enum(item) if is_public(&item.vis) => Some(item.ident.to_string()),
            Item::Trait(item) if is_public(&item.vis) => Some(item.ident.to_string()),
            Item::Macro(item) if item.ident.is_none() => item
                .mac
                .tokens
                .clone()
                .into_iter()
                .find_map(|token| match token {
                    TokenTree::Ident(ident) => Some(ident.to_string()),
                    _ => None,
                }),
            _ => None,
        })
        .collect()
}

fn collect(file: &File, public: &BTreeSet<String>, lines: &mut BTreeSet<String>) {
    for item in &file.items {
        match item {
            Item::Struct(item) if is_public(&item.vis) => {
                let name = &item.ident;
                lines.insert(format!("struct {name}"));
                if let Fields::Named(fields) = &item.fields {
                    for field in fields.named.iter().filter(|field| is_public(&field.vis)) {
                        let ident = field.ident.as_ref().unwrap();
                        lines.insert(format!("field {name}.{ident}: {}", short(&field.ty)));
                    }
                }
            }
            Item::Enum(item) if is_public(&item.vis) => {
                let name = &item.ident;
                lines.insert(format!("enum {name}"));
                for variant in &item.variants {
                    let held = short(&variant.fields);
                    lines.insert(format!("variant {name}::{}{held}", variant.ident));
                }
            }
            Item::Type(item) if is_public(&item.vis) => {
                lines.insert(format!("type {} = {}", item.ident, short(&item.ty)));
            }
            Item::Const(item) if is_public(&item.vis) => {
                lines.insert(format!("const {}: {}", item.ident, short(&item.ty)));
            }
            Item::Fn(item) if is_public(&item.vis) => {
                lines.insert(signature("", &item.sig));
            }
            Item::Trait(item) if is_public(&item.vis) => {
                lines.insert(format!("trait {}", item.ident));
                for member in &item.items {
                    if let TraitItem::Fn(function) = member {
                        lines.insert(signature(&format!("{}::", item.ident), &function.sig));
                    }
                }
            }
            Item::Impl(block) if !public.contains(&owner(&block.self_ty)) => {}
            Item::Impl(block) if block.trait_.is_none() => {
                let owner = short(&block.self_ty);
                for member in &block.items {
                    if let ImplItem::Fn(function) = member
                        && is_public(&function.vis)
                    {
                        lines.insert(signature(&format!("{owner}::"), &function.sig));
                    }
                }
            }
            Item::Impl(block) => {
                let owner = short(&block.self_ty);
                let (implemented, _) = block.trait_.as_ref().unwrap();
                lines.insert(format!("impl {} for {owner}", short(implemented)));
            }
            Item::Macro(item) if item.ident.is_none() => {
                from_macro(&short(&item.mac.path), item.mac.tokens.clone(), lines);
            }
            _ => {}
        }
    }
}

/// Lists the entries of a macro call of the form `NAME { section { entry; entry; } … }`.
fn from_macro(macro_name: &str, tokens: TokenStream, lines: &mut BTreeSet<String>) {
    let mut name = String::new();
    for token in tokens {
        match token {
            TokenTree::Group(sections) => {
                let mut section = String::new();
                for token in sections.stream() {
                    match token {
                        TokenTree::Group(entries) => {
                            let entries = short(&entries.stream());
                            for entry in entries.split_inclusive([';', ',']) {
                                let entry = entry.trim().trim_end_matches([';', ',']);
                                lines.insert(format!("{macro_name} {name}{section} {entry}"));
                            }
                            section.clear();
                        }
                        other => section.push_str(&format!(" {other}")),
                    }
                }
                // Enums have no sections: the collected tokens are their values.
                for value in section.split(',').filter(|value| !value.trim().is_empty()) {
                    lines.insert(format!("{macro_name} {name} {}", value.trim()));
                }
            }
            TokenTree::Ident(ident) if name.is_empty() => name = ident.to_string(),
            _ => {}
        }
    }
}

/// Returns the name of a type without its path and arguments.
fn owner(ty: &syn::Type) -> String {
    match ty {
        syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
    .unwrap_or_default()
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn signature(owner: &str, signature: &syn::Signature) -> String {
    let inputs: Vec<String> = signature
        .inputs
        .iter()
        .map(|input| match input {
            FnArg::Receiver(receiver) => short(receiver),
            FnArg::Typed(input) => short(input),
        })
        .collect();
    let asynchronous = if signature.asyncness.is_some() {
        "async "
    } else {
        ""
    };
    let output = match &signature.output {
        ReturnType::Default => String::new(),
        ReturnType::Type(_, ty) => format!(" -> {}", short(ty)),
    };
    format!(
        "{asynchronous}fn {owner}{}({}){output}",
        signature.ident,
        inputs.join(", ")
    )
}

/// Returns Rust source on one line, without blanks between tokens.
fn short(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    [
        (" :: ", "::"),
        (":: ", "::"),
        (" ::", "::"),
        (" < ", "<"),
        (" > ", "> "),
        (" >", ">"),
        ("< ", "<"),
        (" ,", ","),
        (" ;", ";"),
        (" :", ":"),
        ("& ", "&"),
        ("( ", "("),
        (" )", ")"),
        (" (", "("),
    ]
    .iter()
    .fold(text, |text, (from, to)| text.replace(from, to))
}
