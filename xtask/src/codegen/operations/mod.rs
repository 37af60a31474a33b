//! Generates the operations of standalone crates, as requests with setters.
//!
//! Progenitor cannot express all operations of other documents: bodies in several parts, optional
//! bodies, several types of success, forms with lists. A request has a setter for each optional
//! argument, so that a new argument breaks no caller. The committed client comes from
//! [`progenitor`](super::progenitor).

mod answer;
mod arguments;
mod client;
mod docs;
mod request;
mod send;

pub(crate) use self::docs::documentation;

use std::collections::BTreeMap;
use std::path::PathBuf;

use proc_macro2::TokenStream;
use quote::quote;

use super::error::{Error, Result};
use super::files::{Chunk, pack};
use super::shape::{Operation, Shape};
use super::{Files, emit};
use crate::codegen::names::{pascal, unique};

/// The operations by the files they belong to, as requests.
pub(crate) fn requests(shape: &Shape, header: &str) -> Result<Files> {
    let mut modules: BTreeMap<&str, Vec<Chunk>> = BTreeMap::new();
    for (operation, names) in named(shape) {
        let request = request::request(shape, operation, &names);
        let answer = answer::enumeration(shape, operation, &names);
        let text = format_tokens(quote!(#request #answer))?;
        modules
            .entry(&operation.module)
            .or_default()
            .push(Chunk { index: 0, text });
    }
    let mut files = Files::new();
    let mut index = format!("{header}//! The operations, as requests that a client makes.\n\n");
    let mut exports = String::new();
    for (module, name, chunks) in pack(modules) {
        let uses = format_tokens(uses())?;
        let body: Vec<String> = chunks.into_iter().map(|chunk| chunk.text).collect();
        files.insert(
            PathBuf::from(format!("{name}.rs")),
            format!(
                "{header}//! Operations of the `{module}` part.\n\n{uses}\n{}",
                body.join("\n")
            ),
        );
        index.push_str(&format!("mod {name};\n"));
        exports.push_str(&format!("pub use self::{name}::*;\n"));
    }
    files.insert("mod.rs".into(), format!("{index}\n{exports}"));
    Ok(files)
}

/// The client of a crate of its own, in a file without operations.
pub(crate) fn standalone_client(shape: &Shape, header: &str) -> Result<String> {
    let client = client::client(shape);
    let constructors = client::constructors(shape);
    let source = format_tokens(quote! {
        use progenitor_client::ClientInfo;
        #client
        #constructors
    })?;
    Ok(format!("{header}//! The client.\n\n{source}"))
}

/// What the types of an operation are called.
struct Names {
    request: String,
    response: String,
}

/// The operations, each with names of its own.
fn named(shape: &Shape) -> impl Iterator<Item = (&Operation, Names)> {
    let mut taken = std::collections::BTreeSet::new();
    shape.operations.iter().map(move |operation| {
        let base = unique(&pascal(&operation.id), |name| taken.contains(name));
        taken.insert(base.clone());
        let base = base.trim_end_matches('_');
        let names = Names {
            request: format!("{base}Request"),
            response: format!("{base}Response"),
        };
        (operation, names)
    })
}

fn uses() -> TokenStream {
    quote! {
        #[allow(unused_imports, reason = "which of these are needed depends on the document")]
        use progenitor_client::{ByteStream, ClientInfo, Error, RequestBuilderExt, ResponseValue};
        #[allow(unused_imports, reason = "a document may have no paths with parameters")]
        use crate::model::path_segment;
    }
}

fn format_tokens(tokens: TokenStream) -> Result<String> {
    let file = syn::parse2(tokens).map_err(|error| {
        Error::new(
            "#/paths",
            format!("the code made for the operations is no Rust: {error}"),
            "report this with the document",
        )
    })?;
    Ok(prettyplease::unparse(&file))
}

/// Text as attributes that document what follows.
fn documented(text: &str) -> Vec<syn::Attribute> {
    emit::doc_comment(text, "", "")
        .lines()
        .map(|line| {
            let line = line.strip_prefix("///").unwrap_or(line);
            syn::parse_quote!(#[doc = #line])
        })
        .collect()
}
