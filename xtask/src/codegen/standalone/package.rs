//! What a package is called.

use std::path::Path;

use crate::codegen::names::snake;

/// Names of crates that every crate has, and of those that the generated crate uses.
const TAKEN: [&str; 18] = [
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
    "tokio",
    "tower",
    "tower-service",
];

/// The package's name: the one that is asked for, or else that of its directory, as far as a package can be called so.
///
/// # Errors
///
/// When Cargo takes no package of that name, or the crate uses one that is called so.
pub(crate) fn package_name(directory: &Path, asked: Option<&str>) -> Result<String, String> {
    if let Some(name) = asked {
        let legal = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        return match legal && is_free(name) {
            true => Ok(name.to_owned()),
            false => Err(format!(
                "--name: no package can be called `{name}`; use letters, digits and hyphens, and no word of Rust"
            )),
        };
    }
    let name = directory
        .file_name()
        .map(|name| name.to_string_lossy().replace(|c: char| !c.is_ascii(), " "))
        .map_or_else(|| "generated_client".to_owned(), |name| snake(&name));
    let name = name.trim_end_matches('_').replace('_', "-");
    if !is_free(&name) {
        return Err(format!(
            "{}: no package can be called `{name}`; choose another name for the directory, for \
             example `{name}-client`",
            directory.display()
        ));
    }
    Ok(name)
}

/// A package's version as Cargo takes it.
///
/// # Errors
///
/// When the text is no version of three numbers.
pub(crate) fn version(text: &str) -> Result<String, String> {
    let (numbers, rest) = match text.find(['-', '+']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let parts: Vec<&str> = numbers.split('.').collect();
    let number = |part: &&str| part.parse::<u32>().is_ok_and(|it| it.to_string() == **part);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-+.".contains(c);
    match parts.len() == 3 && parts.iter().all(number) && rest.chars().all(plain) && rest.len() != 1
    {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "--crate-version: `{text}` is no version; write three numbers, for example `0.1.0`"
        )),
    }
}

fn is_free(name: &str) -> bool {
    let keyword = syn::parse_str::<syn::Ident>(&name.replace('-', "_")).is_err();
    !keyword && !TAKEN.contains(&name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{package_name, version};

    #[test]
    fn packages_are_called_after_their_directory() {
        for (directory, name) in [
            ("/a/petClient", "pet-client"),
            ("a/standard", "standard"),
            ("std-client", "std-client"),
            ("/", "generated-client"),
            ("2fa", "n-2fa"),
        ] {
            assert_eq!(package_name(Path::new(directory), None).unwrap(), name);
        }
        for directory in [
            "std", "a/core", "test", "tokio", "alloc", "Serde", "http", "fn", "a/async/",
        ] {
            let error = package_name(Path::new(directory), None).unwrap_err();
            assert!(
                error.contains("choose another name"),
                "{directory}: {error}"
            );
        }
    }

    #[test]
    fn a_name_that_is_asked_for_is_taken_or_refused_but_not_changed() {
        let named = |name| package_name(Path::new("a/b"), Some(name));
        assert_eq!(named("Pets_api-2").unwrap(), "Pets_api-2");
        for name in ["std", "", "2fa", "a b", "fn", "größe"] {
            assert!(named(name).unwrap_err().starts_with("--name: "), "{name}");
        }
    }

    #[test]
    fn versions_have_three_numbers() {
        for text in ["0.1.0", "1.20.300", "1.0.0-rc.1", "1.0.0+build"] {
            assert_eq!(version(text).unwrap(), text);
        }
        for text in [
            "",
            "1",
            "1.0",
            "1.0.x",
            "01.0.0",
            "1.0.0-",
            "1.0.0-a b",
            "v1.0.0",
            "+1.0.0",
        ] {
            assert!(version(text).is_err(), "{text}");
        }
    }
}
