//! A crate of its own, from any document.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::Result;
use super::names::snake;
use super::shape::{Operation, Shape};

/// The hand-written part of the generated crate, which every such crate needs.
const RUNTIME: [(&str, &str); 19] = [
    (
        "client.rs",
        include_str!("../../../crates/oci-genai-api/src/client.rs"),
    ),
    (
        "model/mod.rs",
        include_str!("../../../crates/oci-genai-api/src/model/mod.rs"),
    ),
    (
        "model/containers.rs",
        include_str!("../../../crates/oci-genai-api/src/model/containers.rs"),
    ),
    (
        "model/content.rs",
        include_str!("../../../crates/oci-genai-api/src/model/content.rs"),
    ),
    (
        "model/defect.rs",
        include_str!("../../../crates/oci-genai-api/src/model/defect.rs"),
    ),
    (
        "model/extra.rs",
        include_str!("../../../crates/oci-genai-api/src/model/extra.rs"),
    ),
    (
        "model/key.rs",
        include_str!("../../../crates/oci-genai-api/src/model/key.rs"),
    ),
    (
        "model/object.rs",
        include_str!("../../../crates/oci-genai-api/src/model/object.rs"),
    ),
    (
        "model/open_enum.rs",
        include_str!("../../../crates/oci-genai-api/src/model/open_enum.rs"),
    ),
    (
        "model/path.rs",
        include_str!("../../../crates/oci-genai-api/src/model/path.rs"),
    ),
    (
        "model/repair.rs",
        include_str!("../../../crates/oci-genai-api/src/model/repair.rs"),
    ),
    (
        "model/secret.rs",
        include_str!("../../../crates/oci-genai-api/src/model/secret.rs"),
    ),
    (
        "model/tolerant.rs",
        include_str!("../../../crates/oci-genai-api/src/model/tolerant.rs"),
    ),
    (
        "model/union.rs",
        include_str!("../../../crates/oci-genai-api/src/model/union.rs"),
    ),
    (
        "model/unknown.rs",
        include_str!("../../../crates/oci-genai-api/src/model/unknown.rs"),
    ),
    (
        "transport/response.rs",
        include_str!("../../../crates/oci-genai-api/src/transport/response.rs"),
    ),
    (
        "transport/base_url.rs",
        include_str!("../../../crates/oci-genai-api/src/transport/base_url.rs"),
    ),
    (
        "transport/error.rs",
        include_str!("../../../crates/oci-genai-api/src/transport/error.rs"),
    ),
    (
        "transport/http_client.rs",
        include_str!("../../../crates/oci-genai-api/src/transport/http_client.rs"),
    ),
];

/// How forms are written, which crates with forms need.
const FORMS: &str = include_str!("runtime/form.rs");

const TRANSPORT: &str = include_str!("../../../crates/oci-genai-api/src/transport/mod.rs");

/// Names of crates that every crate has, and of those that the generated crate uses.
const TAKEN: [&str; 17] = [
    "alloc",
    "bytes",
    "core",
    "futures-core",
    "http",
    "http-body",
    "http-body-util",
    "proc-macro",
    "progenitor-client",
    "reqwest",
    "serde",
    "serde-json",
    "serde-urlencoded",
    "std",
    "test",
    "tower",
    "tower-service",
];

/// The package's name: that of its directory, as far as a package can be called so.
///
/// # Errors
///
/// When Cargo takes no package of that name, or the crate uses one that is called so.
pub(crate) fn package_name(directory: &Path) -> Result<String, String> {
    let name = directory
        .file_name()
        .map(|name| snake(&name.to_string_lossy()))
        .unwrap_or_else(|| "generated_client".to_owned());
    let name = name.trim_end_matches('_').replace('_', "-");
    let keyword = syn::parse_str::<syn::Ident>(&name.replace('-', "_")).is_err();
    if keyword || TAKEN.contains(&name.as_str()) {
        return Err(format!(
            "{}: no package can be called `{name}`; choose another name for the directory, for \
             example `{name}-client`",
            directory.display()
        ));
    }
    Ok(name)
}

/// All files of the crate, by their paths below its directory.
pub(crate) fn files(
    shape: &Shape,
    package: &str,
    command: &str,
) -> Result<BTreeMap<PathBuf, String>> {
    let title = shape.title.replace('\n', " ");
    let library = package.replace('-', "_");
    let mut files = BTreeMap::new();
    for (name, content) in super::sources(shape, command)? {
        files.insert(Path::new("src/generated").join(name), content);
    }
    for (name, content) in RUNTIME
        .iter()
        .copied()
        .chain([("transport/mod.rs", TRANSPORT)])
    {
        let content = content
            .replace("oci_genai_api", &library)
            .replace("\n#[cfg(test)]\nmod tests;\n", "\n");
        files.insert(Path::new("src").join(name), content);
    }
    let has_forms = shape.operations.iter().any(Operation::has_form);
    if has_forms {
        files.insert("src/form.rs".into(), FORMS.to_owned());
    }
    files.insert("src/lib.rs".into(), library_source(&title, has_forms));
    files.insert("Cargo.toml".into(), manifest(package, &title, has_forms));
    Ok(files)
}

fn library_source(title: &str, has_forms: bool) -> String {
    let form = if has_forms { "mod form;\n" } else { "" };
    format!(
        "//! Low-level client of {title}, made from its OpenAPI document.\n\n\
         #[macro_use]\nmod model;\nmod client;\n{form}#[rustfmt::skip]\nmod generated;\nmod transport;\n\n\
         pub use generated::{{Client, types}};\n\
         pub use model::{{Extra, Secret, Unknown}};\n\
         pub use progenitor_client::{{ByteStream, ClientInfo, Error, ResponseValue}};\n\
         pub use transport::{{\n    Body, BoxError, HttpClient, Operation, ResponseFuture, \
         TRANSPORT_FAILURE_STATUS, Transport,\n    TransportError, into_transport_error,\n}};\n"
    )
}

/// A manifest with the versions this workspace builds with. The empty `[workspace]` lets the crate
/// stand anywhere.
fn manifest(package: &str, title: &str, has_forms: bool) -> String {
    let form = if has_forms {
        "serde_urlencoded = \"0.7.1\"\n"
    } else {
        ""
    };
    let description = format!("Low-level client of {title}");
    format!(
        "[package]\nname = {package:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         description = {description:?}\n\n\
         [dependencies]\n\
         bytes = \"1.12\"\n\
         futures-core = {{ version = \"0.3.34\", default-features = false }}\n\
         http = \"1.5\"\n\
         http-body = \"1.1\"\n\
         http-body-util = \"0.1.5\"\n\
         progenitor-client = \"0.15.1\"\n\
         reqwest = {{ version = \"0.13.5\", default-features = false, features = \
         [\"rustls\", \"http2\", \"gzip\", \"json\", \"query\", \"stream\"] }}\n\
         serde = {{ version = \"1.0.229\", features = [\"derive\"] }}\n\
         serde_json = \"1.0.154\"\n{form}\
         tower = {{ version = \"0.5.3\", features = [\"util\"] }}\n\
         tower-service = \"0.3.3\"\n\n\
         [workspace]\n"
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::package_name;

    #[test]
    fn packages_are_called_after_their_directory() {
        for (directory, name) in [
            ("/a/petClient", "pet-client"),
            ("a/standard", "standard"),
            ("std-client", "std-client"),
            ("/", "generated-client"),
            ("2fa", "n-2fa"),
        ] {
            assert_eq!(package_name(Path::new(directory)).unwrap(), name);
        }
        for directory in [
            "std", "a/core", "test", "alloc", "Serde", "http", "fn", "a/async/",
        ] {
            let error = package_name(Path::new(directory)).unwrap_err();
            assert!(
                error.contains("choose another name"),
                "{directory}: {error}"
            );
        }
    }
}
