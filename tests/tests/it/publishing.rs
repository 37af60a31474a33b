//! What a registry asks of each crate that is published.

use cargo_metadata::{MetadataCommand, Package};

/// What is missing in a crate's manifest.
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
    absent.map(|(what, _)| *what).collect()
}

#[test]
fn crates_say_what_a_registry_asks() {
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
    // The check can fail: the tests' own crate is not for publishing.
    let own = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == "oci-genai-tests");
    assert!(missing(own.expect("this crate")).contains(&"readme"));
}
