//! Checks the manifests of the published crates for the fields that a registry requires.

use cargo_metadata::{MetadataCommand, Package};

/// Returns the fields that a crate's manifest lacks.
fn missing(package: &Package) -> Vec<&'static str> {
    let keyword = |word: &String| word.len() <= 20 && word.is_ascii();
    let checks = [
        ("description", package.description.is_some()),
        ("license", package.license.is_some()),
        ("rust-version", package.rust_version.is_some()),
        ("readme", package.readme().is_some_and(|file| file.exists())),
        (
            "keywords, 1 to 5 of at most 20 characters",
            (1..=5).contains(&package.keywords.len()) && package.keywords.iter().all(keyword),
        ),
        ("categories", (1..=5).contains(&package.categories.len())),
        (
            "package.metadata.docs.rs",
            package.metadata["docs"]["rs"]["all-features"] == true,
        ),
    ];
    let absent = checks.iter().filter(|(_, there)| !there);
    absent.map(|(field, _)| *field).collect()
}

#[test]
fn published_crates_have_the_required_fields() {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata runs");
    let is_published =
        |package: &&Package| package.publish.as_ref().is_none_or(|to| !to.is_empty());
    let published: Vec<&Package> = metadata.packages.iter().filter(is_published).collect();
    assert!(
        published.len() >= 6,
        "crates are missing: {}",
        published.len()
    );
    for package in published {
        assert_eq!(missing(package), Vec::<&str>::new(), "{}", package.name);
    }
    // Shows that the check can fail: this unpublished crate has no README.
    let own = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == "oci-genai-tests");
    assert!(missing(own.expect("this crate")).contains(&"readme"));
}
