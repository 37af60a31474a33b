//! A crate of its own, from any document.
//!
//! Everything that is made again each time is below `src/generated`, and between two marks in `src/lib.rs`. The other
//! files are written once and are their owner's from then on.

mod credentials;
mod library;
mod manifest;
mod owned;
mod package;
mod readme;
mod runtime;

use std::path::{Path, PathBuf};

pub(crate) use self::owned::keep_what_is_owned;
pub(crate) use self::package::{package_name, version};
use super::error::Result;
use super::shape::Shape;
use super::{Files, emit, operations};

/// What a package is called, and what its manifest says of it.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its license, as an SPDX expression.
    pub license: Option<String>,
}

impl Package {
    /// A first version, under no license.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: "0.1.0".to_owned(),
            license: None,
        }
    }
}

impl From<&str> for Package {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// All files of the crate, by their paths below its directory.
pub(crate) fn files(shape: &Shape, package: &Package, command: &str) -> Result<Files> {
    let library = package.name.replace('-', "_");
    let mut files = Files::new();
    for (name, content) in generated(shape, &library, command)? {
        files.insert(Path::new("src/generated").join(name), content);
    }
    files.insert("src/lib.rs".into(), library::source(shape));
    files.insert("Cargo.toml".into(), manifest::manifest(shape, package));
    files.insert("README.md".into(), readme::readme(shape, package));
    files.insert(
        "examples/first_call.rs".into(),
        readme::example(shape, &library),
    );
    Ok(files)
}

/// The generated module, by paths below it.
fn generated(shape: &Shape, library: &str, command: &str) -> Result<Files> {
    let header = emit::header(command);
    let mut files = Files::new();
    for (name, content) in emit::types(shape, command) {
        files.insert(Path::new("types").join(name), content);
    }
    for (name, content) in operations::requests(shape, &header)? {
        files.insert(Path::new("operations").join(name), content);
    }
    files.insert(
        "client.rs".into(),
        operations::standalone_client(shape, &header)?,
    );
    files.insert(
        "credentials.rs".into(),
        credentials::constructors(shape, &header),
    );
    files.insert("mod.rs".into(), library::index(shape, &header));
    for (name, content) in runtime::files(shape, library) {
        files.insert(PathBuf::from(name), content);
    }
    // Written for the root of a crate, which is the owner's; here the root is the generated module.
    for content in files.values_mut() {
        *content = content.replace("crate::", "crate::generated::");
    }
    Ok(files)
}
