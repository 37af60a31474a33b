//! A crate of its own, from any document.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::document::text;
use super::error::Result;
use super::names::snake;

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

const TRANSPORT: &str = include_str!("../../../crates/oci-genai-api/src/transport/mod.rs");

/// The package's name: that of its directory, as far as a package can be called so.
pub(crate) fn package_name(directory: &Path) -> String {
    let name = directory
        .file_name()
        .map(|name| snake(&name.to_string_lossy()))
        .unwrap_or_else(|| "generated_client".to_owned());
    name.trim_end_matches('_').replace('_', "-")
}

/// All files of the crate, by their paths below its directory.
pub(crate) fn files(
    document: Value,
    package: &str,
    command: &str,
) -> Result<BTreeMap<PathBuf, String>> {
    let title = text(document.get("info").unwrap_or(&Value::Null), "title")
        .unwrap_or("an API")
        .replace('\n', " ");
    let library = package.replace('-', "_");
    let mut files = BTreeMap::new();
    for (name, content) in super::sources(&super::understand(document)?, command)? {
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
    files.insert("src/lib.rs".into(), library_source(&title));
    files.insert("Cargo.toml".into(), manifest(package, &title));
    Ok(files)
}

fn library_source(title: &str) -> String {
    format!(
        "//! Low-level client of {title}, made from its OpenAPI document.\n\n\
         #[macro_use]\nmod model;\nmod client;\n#[rustfmt::skip]\nmod generated;\nmod transport;\n\n\
         pub use generated::{{Client, types}};\n\
         pub use model::{{Extra, Secret, Unknown}};\n\
         pub use progenitor_client::{{ByteStream, ClientInfo, Error, ResponseValue}};\n\
         pub use transport::{{\n    Body, BoxError, HttpClient, Operation, ResponseFuture, \
         TRANSPORT_FAILURE_STATUS, Transport,\n    TransportError, into_transport_error,\n}};\n"
    )
}

/// A manifest with the versions this workspace builds with. The empty `[workspace]` lets the crate
/// stand anywhere.
fn manifest(package: &str, title: &str) -> String {
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
         serde_json = \"1.0.154\"\n\
         tower = {{ version = \"0.5.3\", features = [\"util\"] }}\n\
         tower-service = \"0.3.3\"\n\n\
         [workspace]\n"
    )
}
