//! Reads a document: YAML or JSON, OpenAPI 3.0 or 3.1.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::document::text;
use super::error::{Error, Result};
use super::yaml;

/// Documents larger than this are refused.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a file. The first character distinguishes JSON from YAML, not the file's name.
///
/// # Errors
///
/// Fails on what cannot be read, is larger than 64 MiB, is no OpenAPI, or is of another version.
pub fn read_file(path: &Path) -> Result<Value> {
    let name = path.display().to_string();
    let unreadable = |error: std::io::Error| {
        Error::new(&name, format!("cannot be read: {error}"), "check the path")
    };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_BYTES {
        return Err(Error::new(
            &name,
            format!("has {size} bytes, more than {MAX_BYTES}"),
            "cut the document down to the paths that are needed",
        ));
    }
    parse(&fs::read_to_string(path).map_err(unreadable)?).map_err(|error| error.within(&name))
}

/// Reads a text.
///
/// # Errors
///
/// Fails on what is neither YAML nor JSON, is no OpenAPI, or is of another version.
pub fn parse(source: &str) -> Result<Value> {
    let document: Value = if source.trim_start().starts_with('{') {
        serde_json::from_str(source)
            .map_err(|error| Error::new("#", error.to_string(), "correct the JSON"))?
    } else {
        yaml::parse(source)?
    };
    if let Some(version) = document.get("swagger") {
        let version = version
            .as_str()
            .map_or_else(|| version.to_string(), str::to_owned);
        return Err(Error::new(
            "#/swagger",
            format!("this is Swagger {version}, the format before OpenAPI 3"),
            "convert it to OpenAPI 3, for example with `npx swagger2openapi FILE` or at \
             https://converter.swagger.io",
        ));
    }
    match text(&document, "openapi") {
        Some(version) if version.starts_with("3.0") || version.starts_with("3.1") => Ok(document),
        Some(version) => Err(Error::new(
            "#/openapi",
            format!("version {version} is not supported"),
            "convert the document to OpenAPI 3.1",
        )),
        None => Err(Error::new(
            "#/openapi",
            "there is no version string",
            "start the document with `openapi: 3.1.0`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn both_notations_give_the_same_document() {
        let json = parse(r#"{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}}"#);
        let yaml = parse("openapi: 3.1.0\ninfo:\n  title: t\n  version: \"1\"\n");
        assert_eq!(json.unwrap(), yaml.unwrap());
    }

    #[test]
    fn keys_need_no_quotes_and_merges_are_carried_out() {
        let document =
            parse("openapi: 3.1.0\na: &a {x: 1}\nb: {<<: *a, 200: {}, true: 1.5}\n").unwrap();
        assert_eq!(
            document["b"],
            serde_json::json!({"x": 1, "200": {}, "true": 1.5})
        );
    }

    #[test]
    fn other_versions_are_refused_by_name() {
        for (source, part) in [
            ("info: {}", "#/openapi: there is no version string"),
            ("swagger: '2.0'", "#/swagger: this is Swagger 2.0"),
            ("swagger: 2.0", "`npx swagger2openapi FILE`"),
            (r#"{"swagger": "1.2"}"#, "Swagger 1.2"),
            ("openapi: 4.0.0", "version 4.0.0 is not supported"),
            ("openapi: 3.1", "#/openapi"),
            ("{", "correct the JSON"),
            ("a: [", "correct the YAML"),
        ] {
            let error = parse(source).unwrap_err().to_string();
            assert!(error.contains(part), "{source}: {error}");
        }
    }

    #[test]
    fn numbers_of_any_size_are_read() {
        let document = parse(
            "openapi: 3.1.0\na: [-9223372036854776000, 18446744073709551616, 18446744073709551615, -1]\n\
             b: !tag {c: 99999999999999999999999999999999999999999999}\n",
        );
        let document = document.unwrap();
        assert_eq!(document["a"][0], -9_223_372_036_854_776_000.0);
        assert_eq!(document["a"][1], 18_446_744_073_709_551_616.0);
        assert_eq!(document["a"][2], u64::MAX);
        assert_eq!(document["a"][3], -1);
        assert!(document["b"].get("c").is_some(), "{document}");
    }

    #[test]
    fn errors_of_yaml_have_a_place_and_one_piece_of_advice() {
        for (source, expected) in [
            (
                "openapi: 3.1.0\npaths:\n  /a.b: &x\n    get: {a: 1, a: 2}\n",
                "the key \"a\" occurs twice",
            ),
            (
                "openapi: 3.1.0\ncomponents: {schemas: {A: [{enum: [.nan]}]}}\n",
                "#/components/schemas/A/0/enum/0: .nan has no JSON form",
            ),
            ("openapi: 3.1.0\na: {b: [1, {c: 1, c: 2}]}\n", "#/a/b/1"),
            ("openapi: 3.1.0\n\ta: b", "line 2 column 1"),
        ] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), source).unwrap();
            let error = super::read_file(file.path()).unwrap_err().to_string();
            let name = file.path().display().to_string();
            assert!(error.starts_with(&format!("{name}: #")), "{error}");
            assert!(error.contains(expected), "{source}: {error}");
            let advice = error.matches("correct the").count() + error.matches("write a").count();
            assert_eq!(advice, 1, "{error}");
        }
    }
}
