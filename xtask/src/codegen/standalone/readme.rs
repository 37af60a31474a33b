//! The README of a generated crate, and its example.

use super::credentials::names;
use super::{Package, runtime};
use crate::codegen::emit::literal;
use crate::codegen::shape::{Answer, Operation, SchemeKind, Shape};

/// An operation that needs nothing, which makes a good first call.
fn first(shape: &Shape) -> Option<&Operation> {
    shape.operations.iter().find(|operation| {
        let required = operation.parameters.iter().any(|it| it.required);
        let body = operation.body.as_ref().is_some_and(|body| body.required);
        let shown = operation.only_answer() != Some(&Answer::Raw);
        operation.method == "get" && !required && !body && shown
    })
}

/// The expression that makes the credentials, in the words of the document.
fn credentials(shape: &Shape) -> Option<String> {
    let (scheme, name) = shape.schemes.iter().zip(names(shape)).next()?;
    Some(match scheme.kind {
        SchemeKind::Basic => format!("Auth::{name}(\"user\", secret)"),
        _ => format!("Auth::{name}(secret)"),
    })
}

fn base_url(shape: &Shape) -> &str {
    shape.base_url.as_deref().unwrap_or("http://localhost:8080")
}

/// The source of `examples/first_call.rs`.
pub(super) fn example(shape: &Shape, library: &str) -> String {
    let auth = credentials(shape);
    let imports = if auth.is_some() {
        "{Auth, Client}"
    } else {
        "Client"
    };
    let base = literal(base_url(shape));
    let mut body = format!(
        "    let base_url = std::env::var(\"BASE_URL\").unwrap_or_else(|_| {base}.to_owned());\n    \
         let client = Client::new(&base_url);\n"
    );
    if let Some(auth) = auth {
        body.push_str(&format!(
            "    let client = match std::env::var(\"API_KEY\") {{\n        \
             Ok(secret) => client.with_auth({auth}),\n        \
             Err(_) => client,\n    }};\n"
        ));
    }
    match first(shape) {
        Some(operation) => body.push_str(&format!(
            "    let response = client.{}().send().await;\n    println!(\"{{response:?}}\");\n",
            operation.id
        )),
        None => body.push_str("    println!(\"{client:?}\");\n"),
    }
    let main = match first(shape) {
        Some(_) => "#[tokio::main]\nasync fn main() {\n",
        None => "fn main() {\n",
    };
    format!(
        "//! A first call. `BASE_URL` says where the service is, `API_KEY` holds the credential.\n\n\
         use {library}::{imports};\n\n{main}{body}}}\n"
    )
}

/// The source of `README.md`.
pub(super) fn readme(shape: &Shape, package: &Package) -> String {
    let library = package.name.replace('-', "_");
    let title = shape.title.replace('\n', " ");
    let call = match first(shape) {
        Some(operation) => format!("let response = client.{}().send().await?;\n", operation.id),
        None => String::new(),
    };
    let auth = match credentials(shape) {
        Some(auth) => format!("\n    .with_auth({})", auth.replace("secret", "\"…\"")),
        None => String::new(),
    };
    let import = if auth.is_empty() {
        "Client"
    } else {
        "{Auth, Client}"
    };
    let mut text = format!(
        "# {}\n\nLow-level client of {title}, version {} of its OpenAPI document.\n\n\
         ```rust,ignore\nuse {library}::{import};\n\nlet client = Client::new({}){auth};\n{call}```\n\n\
         - Each operation is a function of `Client`. It takes what the operation needs; the request it returns\n  \
         takes the rest, and `send` sends it. `examples/first_call.rs` is a whole program.\n\
         - `send` returns the value with the status and the headers of the response. Where an operation has\n  \
         several successes that differ, the value is an enum with a variant for each status.\n\
         - An error response that the document describes is `Error::ErrorResponse`. Any other is\n  \
         `Error::UnexpectedResponse`, with status, headers and body.\n\
         - Types keep what they do not know: members in `extra`, variants in `Unknown` and `Other`.\n\
         - `Client::with_transport` takes any `tower` stack, for retries, logs or limits.\n",
        package.name,
        shape.version.replace('\n', " "),
        literal(base_url(shape)),
    );
    if runtime::has_multipart(shape) {
        text.push_str(
            "- Files are streamed. A layer that needs a body before it is sent, as signatures do, can take\n  \
             `Replay` out of the request's extensions and read a second copy; with files of\n  \
             `File::stream`, which can be read once, there is none.\n",
        );
    }
    text.push_str(
        "\nGenerated code is in `src/generated` and between the marks in `src/lib.rs`, and is replaced when it\n\
         is generated again. All other files are written once and are yours.\n",
    );
    text
}
