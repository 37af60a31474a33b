//! The public interface, compared with a stored copy, so that regenerating shows what changes for users.
//!
//! After a change that is meant: `UPDATE_PUBLIC_API=1 cargo test -p oci-genai-api public_api`, and read the
//! difference in `public-api.txt`. A line that goes, or that is no longer the same, breaks somebody.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Fields, File, FnArg, ImplItem, Item, ReturnType, Visibility};

#[test]
fn the_public_interface_is_the_stored_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut lines = BTreeSet::new();
    for path in sources(&root.join("src")) {
        let file = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
        collect(&file, &mut lines);
    }
    let mut listing = lines.into_iter().collect::<Vec<_>>().join("\n");
    listing.push('\n');
    assert!(listing.lines().count() > 1000, "the listing is too short");
    let stored = root.join("public-api.txt");
    if std::env::var_os("UPDATE_PUBLIC_API").is_some() {
        fs::write(&stored, &listing).unwrap();
        return;
    }
    let before = fs::read_to_string(&stored).unwrap();
    let (before, after): (BTreeSet<&str>, BTreeSet<&str>) =
        (before.lines().collect(), listing.lines().collect());
    let gone: Vec<&&str> = before.difference(&after).collect();
    let new: Vec<&&str> = after.difference(&before).collect();
    assert!(
        gone.is_empty() && new.is_empty(),
        "the public interface changed\ngone: {gone:#?}\nnew: {new:#?}\nif that is meant, run \
         `UPDATE_PUBLIC_API=1 cargo test -p oci-genai-api public_api` and commit public-api.txt"
    );
}

/// The library's files, less its tests and what is private.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("model/tests.rs")
        {
            found.push(path);
        }
    }
    found
}

fn collect(file: &File, lines: &mut BTreeSet<String>) {
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
                told(&short(&item.mac.path), item.mac.tokens.clone(), lines);
            }
            _ => {}
        }
    }
}

/// What a macro adds follows from what it is told: `NAME { section { entry; entry; } … }`.
fn told(macro_name: &str, tokens: TokenStream, lines: &mut BTreeSet<String>) {
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
                // Enums have no sections; what was gathered is their values.
                for value in section.split(',').filter(|value| !value.trim().is_empty()) {
                    lines.insert(format!("{macro_name} {name} {}", value.trim()));
                }
            }
            TokenTree::Ident(ident) if name.is_empty() => name = ident.to_string(),
            _ => {}
        }
    }
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

/// Rust source on one line, without the blanks that tokens have between them.
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
