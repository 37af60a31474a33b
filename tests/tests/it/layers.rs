//! Checks the rule of ARCHITECTURE.md that a crate depends only on crates of lower layers.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Each crate with the workspace crates that it may use. All others are forbidden.
const ALLOWED: &[(&str, &[&str])] = &[
    ("xtask", &[]),
    ("oci-genai-api", &[]),
    ("oci-genai-auth", &[]),
    ("oci-genai", &["oci-genai-api", "oci-genai-auth"]),
    ("oci-genai-emulator", &["oci-genai-api", "oci-genai-auth"]),
    (
        "oci-genai-session",
        &["oci-genai", "oci-genai-api", "oci-genai-auth"],
    ),
    (
        "oci-genai-proxy",
        &["oci-genai", "oci-genai-api", "oci-genai-auth"],
    ),
    (
        "oci-genai-cli",
        &[
            "oci-genai",
            "oci-genai-api",
            "oci-genai-auth",
            "oci-genai-emulator",
            "oci-genai-proxy",
            "oci-genai-session",
        ],
    ),
    ("oci-genai-fuzz", &["oci-genai-api", "oci-genai-auth"]),
    (
        "oci-genai-tests",
        &[
            "oci-genai",
            "oci-genai-api",
            "oci-genai-auth",
            "oci-genai-cli",
            "oci-genai-emulator",
            "oci-genai-proxy",
            "oci-genai-session",
        ],
    ),
];

/// Additional dev-dependencies: tests above layer 1 use the emulator as the service.
const ALLOWED_IN_TESTS: &[&str] = &["oci-genai-emulator", "oci-genai-session"];

/// Returns every workspace crate with its dependencies in the workspace; `true` marks a
/// dev-dependency.
fn dependencies() -> BTreeMap<String, Vec<(String, bool)>> {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata runs");
    let names: Vec<String> = metadata
        .packages
        .iter()
        .map(|p| p.name.to_string())
        .collect();
    metadata
        .packages
        .iter()
        .map(|package| {
            let uses = package
                .dependencies
                .iter()
                .filter(|dependency| names.contains(&dependency.name))
                .map(|d| (d.name.clone(), d.kind == DependencyKind::Development))
                .collect();
            (package.name.to_string(), uses)
        })
        .collect()
}

fn violations(dependencies: &BTreeMap<String, Vec<(String, bool)>>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, uses) in dependencies {
        let Some((_, allowed)) = ALLOWED.iter().find(|(listed, _)| listed == name) else {
            found.push(format!(
                "{name} has no layer; hint: add it to ALLOWED in this test"
            ));
            continue;
        };
        for (used, in_tests_only) in uses {
            let is_allowed = allowed.contains(&used.as_str())
                || (*in_tests_only && ALLOWED_IN_TESTS.contains(&used.as_str()));
            if !is_allowed {
                found.push(format!("{name} uses {used}, which is not in a lower layer"));
            }
        }
    }
    found
}

#[test]
fn crates_use_lower_layers_only() {
    let dependencies = dependencies();
    assert!(
        dependencies.len() >= ALLOWED.len(),
        "some crates are missing: {:?}",
        dependencies.keys()
    );
    assert_eq!(violations(&dependencies), Vec::<String>::new());
}

#[test]
fn a_dependency_on_a_higher_layer_is_found() {
    let mut dependencies = dependencies();
    dependencies
        .get_mut("oci-genai-auth")
        .expect("the auth crate is there")
        .push(("oci-genai".to_owned(), false));
    assert_eq!(violations(&dependencies).len(), 1);
    dependencies.insert("stranger".to_owned(), Vec::new());
    assert_eq!(violations(&dependencies).len(), 2);
}
