//! Reads a document: YAML or JSON, OpenAPI 3.0 or 3.1.

use std::fs;
use std::path::Path;

use serde_json::{Map, Number, Value};
use serde_yaml_ng::Value as Yaml;

use super::document::{join, text};
use super::error::{Error, Result};

/// Documents larger than this are refused.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a file. JSON is told from YAML by its first character, not by the file's name.
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
    parse(&fs::read_to_string(path).map_err(unreadable)?)
        .map_err(|error| Error::new(name, error.to_string(), "correct the document"))
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
        let malformed =
            |error: serde_yaml_ng::Error| Error::new("#", error.to_string(), "correct the YAML");
        let mut yaml: Yaml = serde_yaml_ng::from_str(source).map_err(malformed)?;
        yaml.apply_merge().map_err(malformed)?;
        to_json(yaml, "#")?
    };
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

/// Turns YAML into JSON. Keys that YAML takes for numbers or booleans (`200:`, `on:`) become text.
fn to_json(yaml: Yaml, pointer: &str) -> Result<Value> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(value),
        Yaml::String(text) => Value::String(text),
        Yaml::Number(number) => {
            let exact = if let Some(value) = number.as_i64() {
                Some(value.into())
            } else if let Some(value) = number.as_u64() {
                Some(value.into())
            } else {
                number.as_f64().and_then(Number::from_f64)
            };
            Value::Number(exact.ok_or_else(|| {
                Error::new(
                    pointer,
                    format!("{number} has no JSON form"),
                    "write a finite number",
                )
            })?)
        }
        Yaml::Sequence(items) => Value::Array(
            items
                .into_iter()
                .enumerate()
                .map(|(index, item)| to_json(item, &join(pointer, &index.to_string())))
                .collect::<Result<_>>()?,
        ),
        Yaml::Mapping(members) => {
            let mut object = Map::new();
            for (key, value) in members {
                let key = match key {
                    Yaml::String(text) => text,
                    Yaml::Number(number) => number.to_string(),
                    Yaml::Bool(value) => value.to_string(),
                    _ => {
                        return Err(Error::new(
                            pointer,
                            "a key is neither text nor a number",
                            "write the key in quotes",
                        ));
                    }
                };
                let value = to_json(value, &join(pointer, &key))?;
                object.insert(key, value);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tagged) => to_json(tagged.value, pointer)?,
    })
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
            ("swagger: '2.0'", "#/openapi: there is no version string"),
            ("openapi: 4.0.0", "version 4.0.0 is not supported"),
            ("openapi: 3.1", "#/openapi"),
            ("{", "correct the JSON"),
            ("a: [", "correct the YAML"),
        ] {
            let error = parse(source).unwrap_err().to_string();
            assert!(error.contains(part), "{source}: {error}");
        }
    }
}
