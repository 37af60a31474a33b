//! The hand-written code that generated crates have.

use crate::codegen::shape::{Operation, Shape};

/// The hand-written part of the generated crate, which every such crate needs.
const RUNTIME: [(&str, &str); 20] = [
    (
        "model/mod.rs",
        include_str!("../../../../crates/oci-genai-api/src/model/mod.rs"),
    ),
    (
        "model/containers.rs",
        include_str!("../../../../crates/oci-genai-api/src/model/containers.rs"),
    ),
    (
        "model/content.rs",
        include_str!("../../../../crates/oci-genai-api/src/model/content.rs"),
    ),
    (
        "model/defect.rs",
        include_str!("../../../../crates/oci-genai-api/src/model/defect.rs"),
    ),
    (
        "model/extra.rs",
        include_str!("../../../../crates/oci-genai-api/src/model/extra.rs"),
    ),
    (
        "model/key.rs",
        include_str!("../../../../crates/oci-genai-api/src/model/key.rs"),
    ),
    (
        "model/object.rs",
        include_str!("../../../../crates/oci-genai-api/src/model/object.rs"),
    ),
    (
        "model/open_enum.rs",
        include_str!("../../../../crates/oci-genai-api/src/model/open_enum.rs"),
    ),
    (
        "model/path.rs",
        include_str!("../../../../crates/oci-genai-api/src/model/path.rs"),
    ),
    (
        "model/repair.rs",
        include_str!("../../../../crates/oci-genai-api/src/model/repair.rs"),
    ),
    (
        "model/secret.rs",
        include_str!("../../../../crates/oci-genai-api/src/model/secret.rs"),
    ),
    (
        "model/tolerant.rs",
        include_str!("../../../../crates/oci-genai-api/src/model/tolerant.rs"),
    ),
    (
        "model/union.rs",
        include_str!("../../../../crates/oci-genai-api/src/model/union.rs"),
    ),
    (
        "model/unknown.rs",
        include_str!("../../../../crates/oci-genai-api/src/model/unknown.rs"),
    ),
    (
        "transport/response.rs",
        include_str!("../../../../crates/oci-genai-api/src/transport/response.rs"),
    ),
    (
        "transport/base_url.rs",
        include_str!("../../../../crates/oci-genai-api/src/transport/base_url.rs"),
    ),
    (
        "transport/error.rs",
        include_str!("../../../../crates/oci-genai-api/src/transport/error.rs"),
    ),
    (
        "transport/http_client.rs",
        include_str!("../../../../crates/oci-genai-api/src/transport/http_client.rs"),
    ),
    (
        "transport/mod.rs",
        include_str!("../../../../crates/oci-genai-api/src/transport/mod.rs"),
    ),
    ("auth.rs", include_str!("../runtime/auth.rs")),
];

/// How forms are written, which crates with forms need.
const FORMS: &str = include_str!("../runtime/form.rs");

/// How bodies of several parts are written.
const MULTIPART: &str = include_str!("../runtime/multipart.rs");

/// The files that a crate needs, by their paths below the generated module.
pub(super) fn files(shape: &Shape, library: &str) -> Vec<(&'static str, String)> {
    let mut files: Vec<(&str, &str)> = RUNTIME.to_vec();
    if has_forms(shape) {
        files.push(("form.rs", FORMS));
    }
    if has_multipart(shape) {
        files.push(("multipart.rs", MULTIPART));
    }
    files
        .into_iter()
        .map(|(name, content)| {
            let content = content
                .replace("oci_genai_api", library)
                .replace("\n#[cfg(test)]\nmod tests;\n", "\n");
            (name, content)
        })
        .collect()
}

pub(super) fn has_forms(shape: &Shape) -> bool {
    shape.operations.iter().any(Operation::has_form)
}

pub(super) fn has_multipart(shape: &Shape) -> bool {
    shape.operations.iter().any(Operation::is_multipart)
}
