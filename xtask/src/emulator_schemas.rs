//! What the emulator holds request bodies against: the schemas of the contract's bodies as plain JSON Schema.
//!
//! Words and examples are left out. A union is rewritten so that its tag, or the JSON type of the value,
//! decides which variant is meant: a complaint then names the member that is wrong, not a list of variants
//! that all do not fit.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::codegen::{Error, Files, Result, read_file};

const SOURCE: &str = "openapi/oci-genai.yaml";
const TARGET: &str = "crates/oci-genai-emulator/src/contract/generated.json";

/// The keywords that say what is valid.
const KEYWORDS: [&str; 19] = [
    "type",
    "enum",
    "format",
    "const",
    "required",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "propertyNames",
];

/// Where the service takes more than the contract, which describes what the client sends: the short form
/// of a message and of a reference has no `type`.
const UNTAGGED_ITEMS: [(&str, &str); 2] = [("role", "Message"), ("id", "ItemReference")];

/// The generated file, by its path below the workspace's root.
pub(crate) fn generate(root: &Path) -> Result<Files> {
    let document = read_file(&root.join(SOURCE))?;
    let text = serde_json::to_string_pretty(&schemas(&document)?)
        .map_err(|error| wrong(error.to_string()))?;
    Ok([(PathBuf::from(TARGET), text + "\n")].into())
}

fn wrong(problem: String) -> Error {
    Error::new(SOURCE, problem, "correct the document")
}

/// `{"bodies": {operation: schema}, "$defs": {name: schema}}`.
fn schemas(document: &Value) -> Result<Value> {
    let named = document["components"]["schemas"]
        .as_object()
        .ok_or_else(|| wrong("it has no schemas".into()))?;
    let contract = Contract { named };
    let mut bodies = Map::new();
    for operation in document["paths"]
        .as_object()
        .into_iter()
        .flat_map(Map::values)
        .filter_map(Value::as_object)
        .flat_map(Map::values)
    {
        let schema = operation.pointer("/requestBody/content/application~1json/schema");
        if let (Some(id), Some(schema)) = (operation["operationId"].as_str(), schema) {
            bodies.insert(id.to_owned(), contract.plain(schema));
        }
    }
    let mut definitions = Map::new();
    let mut wanted: Vec<String> = references(&Value::Object(bodies.clone()));
    while let Some(name) = wanted.pop() {
        if definitions.contains_key(&name) {
            continue;
        }
        let schema = named
            .get(&name)
            .ok_or_else(|| wrong(format!("there is no schema {name}")))?;
        let schema = contract.definition(&name, schema);
        wanted.extend(references(&schema));
        definitions.insert(name, schema);
    }
    definitions.sort_keys();
    Ok(json!({
        "$comment": format!("Made by `cargo xtask codegen` from {SOURCE}. Change that file, not this one."),
        "bodies": bodies,
        "$defs": definitions,
    }))
}

/// The definitions that a schema refers to.
fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str);
            let own = own.and_then(|target| Some(target.strip_prefix("#/$defs/")?.to_owned()));
            own.into_iter()
                .chain(members.values().flat_map(references))
                .collect()
        }
        Value::Array(list) => list.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

struct Contract<'a> {
    named: &'a Map<String, Value>,
}

impl Contract<'_> {
    fn definition(&self, name: &str, schema: &Value) -> Value {
        let mut plain = self.plain(schema);
        if UNTAGGED_ITEMS.iter().any(|(_, item)| *item == name)
            && let Some(required) = plain["required"].as_array_mut()
        {
            required.retain(|member| member != "type");
        }
        if name == "Item" {
            self.take_untagged(&mut plain);
        }
        plain
    }

    /// Lets an item go without its tag where other members tell what it is.
    fn take_untagged(&self, item: &mut Value) {
        let Some(cases) = item["allOf"].as_array_mut() else {
            return;
        };
        let mut telling: Vec<&str> = vec!["type"];
        let among = |names: &[&str]| {
            let each = names.iter().map(|name| json!({ "required": [name] }));
            json!({ "anyOf": each.collect::<Vec<_>>() })
        };
        for (member, target) in UNTAGGED_ITEMS {
            cases.push(json!({
                "if": { "required": [member], "not": among(&telling) },
                "then": { "$ref": format!("#/$defs/{target}") },
            }));
            telling.push(member);
        }
        cases.push(json!({ "if": { "not": among(&telling) }, "then": { "required": ["type"] } }));
        if let Some(members) = item.as_object_mut() {
            members.remove("required");
        }
    }

    /// A schema without words, its unions decided.
    fn plain(&self, schema: &Value) -> Value {
        let Some(schema) = schema.as_object() else {
            return schema.clone();
        };
        let mut plain = Map::new();
        for (keyword, value) in schema {
            let value = match keyword.as_str() {
                "$ref" => value
                    .as_str()
                    .unwrap_or_default()
                    .replace("#/components/schemas/", "#/$defs/")
                    .into(),
                "properties" => {
                    let members = value.as_object().into_iter().flatten();
                    members
                        .map(|(name, schema)| (name.clone(), self.plain(schema)))
                        .collect()
                }
                "items" | "additionalProperties" => self.plain(value),
                "allOf" => self.plain_all(value),
                keyword if KEYWORDS.contains(&keyword) => value.clone(),
                _ => continue,
            };
            plain.insert(keyword.clone(), value);
        }
        match schema.get("format").and_then(Value::as_str) {
            Some("int32") => plain.insert("bits".to_owned(), 32.into()),
            Some("int64") => plain.insert("bits".to_owned(), 64.into()),
            _ => None,
        };
        for union in ["oneOf", "anyOf"] {
            if let Some(variants) = schema.get(union).and_then(Value::as_array) {
                plain.extend(self.union(schema.get("discriminator"), variants));
            }
        }
        Value::Object(plain)
    }

    fn plain_all(&self, schemas: &Value) -> Value {
        let list = schemas.as_array().into_iter().flatten();
        list.map(|schema| self.plain(schema)).collect()
    }

    /// A union, decided by JSON type first and by the tag of objects second. One that neither decides
    /// stays as it is.
    fn union(&self, discriminator: Option<&Value>, variants: &[Value]) -> Map<String, Value> {
        let tag = discriminator
            .and_then(|discriminator| discriminator["propertyName"].as_str())
            .unwrap_or("type");
        let mut types: Vec<String> = Vec::new();
        let (mut cases, mut tagged) = (Vec::new(), Vec::new());
        for variant in variants {
            let plain = self.plain(variant);
            let own = self.types(variant);
            if own == ["object"]
                && let Some(value) = self.tag(variant, tag)
            {
                tagged.push((value, plain));
            } else if own.is_empty() || own.iter().any(|name| types.contains(name)) {
                return undecided(variants.iter().map(|variant| self.plain(variant)));
            } else {
                cases.push(json!({ "if": { "type": own }, "then": plain }));
                types.extend(own);
            }
        }
        if !tagged.is_empty() {
            if types.iter().any(|name| name == "object") {
                return undecided(variants.iter().map(|variant| self.plain(variant)));
            }
            types.push("object".into());
            let values: Vec<&Value> = tagged.iter().map(|(value, _)| value).collect();
            let decided = json!({ "required": [tag], "properties": { tag: { "enum": values } } });
            let by_tag = |(value, schema): &(Value, Value)| {
                json!({
                    "if": { "required": [tag], "properties": { tag: { "const": value } } },
                    "then": schema,
                })
            };
            let chosen: Vec<Value> = tagged.iter().map(by_tag).collect();
            if cases.is_empty() {
                let mut union = Map::from_iter([("type".to_owned(), json!("object"))]);
                union.extend(decided.as_object().cloned().unwrap_or_default());
                union.insert("allOf".into(), chosen.into());
                return union;
            }
            let mut object = decided;
            object["allOf"] = chosen.into();
            cases.push(json!({ "if": { "type": "object" }, "then": object }));
        }
        Map::from_iter([
            ("type".to_owned(), json!(types)),
            ("allOf".to_owned(), cases.into()),
        ])
    }

    /// The JSON types that a schema allows; none when it does not say.
    fn types(&self, schema: &Value) -> Vec<String> {
        let name = |value: &Value| value.as_str().map(str::to_owned);
        if let Some(target) = self.target(schema) {
            return self.types(target);
        }
        match (&schema["type"], schema.get("oneOf").or(schema.get("anyOf"))) {
            (Value::Array(list), _) => list.iter().filter_map(name).collect(),
            (Value::Null, Some(Value::Array(variants))) => {
                let each: Vec<Vec<String>> = variants.iter().map(|one| self.types(one)).collect();
                if each.iter().any(Vec::is_empty) {
                    return Vec::new();
                }
                let mut all = each.concat();
                all.sort();
                all.dedup();
                all
            }
            (one, _) => name(one).into_iter().collect(),
        }
    }

    /// The value of an object's tag.
    fn tag(&self, schema: &Value, tag: &str) -> Option<Value> {
        let schema = self.target(schema).unwrap_or(schema);
        schema["properties"][tag].get("const").cloned()
    }

    fn target(&self, schema: &Value) -> Option<&Value> {
        let name = schema
            .get("$ref")?
            .as_str()?
            .strip_prefix("#/components/schemas/")?;
        self.named.get(name)
    }
}

fn undecided(variants: impl Iterator<Item = Value>) -> Map<String, Value> {
    Map::from_iter([("anyOf".to_owned(), variants.collect())])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definitions(schemas: Value) -> Value {
        let document = json!({
            "paths": { "/things": { "post": {
                "operationId": "create_thing",
                "requestBody": { "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/Thing" },
                } } },
            } } },
            "components": { "schemas": schemas },
        });
        let made = schemas_of(&document);
        assert_eq!(
            made["bodies"],
            json!({ "create_thing": { "$ref": "#/$defs/Thing" } })
        );
        made["$defs"].clone()
    }

    fn schemas_of(document: &Value) -> Value {
        schemas(document).unwrap()
    }

    #[test]
    fn words_go_and_what_nobody_refers_to_goes() {
        let made = definitions(json!({
            "Thing": {
                "description": "A thing.", "type": "object", "required": ["a"], "x-module": "m",
                "properties": { "a": { "description": "A.", "type": "string", "maxLength": 3 } },
            },
            "Other": { "type": "string" },
        }));
        let thing = json!({
            "type": "object", "required": ["a"],
            "properties": { "a": { "type": "string", "maxLength": 3 } },
        });
        assert_eq!(made, json!({ "Thing": thing }));
    }

    #[test]
    fn integers_are_bounded_by_a_keyword_of_their_own() {
        let made = definitions(json!({ "Thing": { "type": "integer", "format": "int64" } }));
        let thing = json!({ "type": "integer", "format": "int64", "bits": 64 });
        assert_eq!(made, json!({ "Thing": thing }));
    }

    #[test]
    fn unions_are_decided_by_type_and_by_tag() {
        let made = definitions(json!({
            "Thing": { "oneOf": [
                { "type": "string" },
                { "$ref": "#/components/schemas/A" },
                { "$ref": "#/components/schemas/B" },
            ] },
            "A": { "type": "object", "properties": { "type": { "const": "a" } } },
            "B": { "type": "object", "properties": { "type": { "const": "b" } } },
        }));
        let tagged = |tag: &str, name: &str| {
            json!({
                "if": { "required": ["type"], "properties": { "type": { "const": tag } } },
                "then": { "$ref": name },
            })
        };
        assert_eq!(
            made["Thing"],
            json!({ "type": ["string", "object"], "allOf": [
            { "if": { "type": ["string"] }, "then": { "type": "string" } },
            { "if": { "type": "object" }, "then": {
                "required": ["type"], "properties": { "type": { "enum": ["a", "b"] } },
                "allOf": [tagged("a", "#/$defs/A"), tagged("b", "#/$defs/B")],
            } },
        ] })
        );
    }

    #[test]
    fn a_union_that_nothing_decides_stays() {
        let made = definitions(json!({
            "Thing": { "anyOf": [{ "type": "object" }, { "type": "object", "required": ["a"] }] },
        }));
        assert_eq!(
            made["Thing"],
            json!({ "anyOf": [{ "type": "object" }, { "type": "object", "required": ["a"] }] })
        );
    }
}
