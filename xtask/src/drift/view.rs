//! What a place in a document allows, whatever keywords it is written with.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::codegen::document::{flag, ref_name, schemas, text};

/// How many references and unions are followed at one place.
const MAX_DEPTH: usize = 64;

/// What the schemas at one place allow, taken together.
#[derive(Default)]
pub(super) struct View<'a> {
    /// Whether there is a schema that allows everything.
    pub(super) any: bool,
    pub(super) nullable: bool,
    /// The JSON types, without `null`.
    pub(super) kinds: BTreeSet<&'a str>,
    /// The texts that are named as values.
    pub(super) values: BTreeSet<&'a str>,
    /// The schemas of a list's items.
    pub(super) items: Vec<&'a Value>,
    pub(super) objects: Vec<Object<'a>>,
}

/// One of the objects a place allows.
pub(super) struct Object<'a> {
    /// The schema, no reference.
    pub(super) schema: &'a Value,
    /// Its name, if it was reached by a reference.
    pub(super) name: Option<&'a str>,
    pub(super) properties: BTreeMap<&'a str, Vec<&'a Value>>,
    pub(super) required: BTreeSet<&'a str>,
    /// The schemas of members that are not named.
    pub(super) additional: Vec<&'a Value>,
    /// The values that its `type` may have, which tell it from other objects.
    pub(super) tags: BTreeSet<&'a str>,
}

/// Looks at the schemas of one place.
pub(super) fn view<'a>(document: &'a Value, nodes: &[&'a Value]) -> View<'a> {
    let mut view = View::default();
    for node in nodes {
        gather(document, node, &mut view, 0);
    }
    view
}

/// Follows references: the schema, and the name of the last component passed.
pub(super) fn resolve<'a>(
    document: &'a Value,
    mut schema: &'a Value,
) -> (&'a Value, Option<&'a str>) {
    let mut name = None;
    for _ in 0..MAX_DEPTH {
        let Some(next) = ref_name(schema) else { break };
        let Some(target) = schemas(document).and_then(|all| all.get(next)) else {
            break;
        };
        (schema, name) = (target, Some(next));
    }
    (schema, name)
}

fn gather<'a>(document: &'a Value, schema: &'a Value, view: &mut View<'a>, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    let (schema, name) = resolve(document, schema);
    view.nullable |= flag(schema, "nullable");
    let unions: Vec<&Value> = branches(schema, "oneOf")
        .chain(branches(schema, "anyOf"))
        .collect();
    if !unions.is_empty() {
        for branch in unions {
            gather(document, branch, view, depth + 1);
        }
        return;
    }
    let parts: Vec<&Value> = branches(schema, "allOf").collect();
    let joins_objects = parts.iter().all(|part| {
        let (part, _) = resolve(document, part);
        part.get("oneOf").is_none() && part.get("anyOf").is_none() && !is_scalar(part)
    });
    if !parts.is_empty() && !joins_objects {
        for part in parts {
            gather(document, part, view, depth + 1);
        }
        return;
    }
    let kinds = kinds(schema, !parts.is_empty());
    view.any |= kinds.is_empty();
    for kind in kinds {
        match kind {
            "null" => view.nullable = true,
            "object" => {
                view.kinds.insert(kind);
                view.objects.push(object(document, schema, name));
            }
            "array" => {
                view.kinds.insert(kind);
                view.items.extend(schema.get("items"));
            }
            _ => {
                view.kinds.insert(kind);
                view.values.extend(values(schema));
            }
        }
    }
}

fn branches<'a>(schema: &'a Value, keyword: &str) -> impl Iterator<Item = &'a Value> {
    schema
        .get(keyword)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn is_scalar(schema: &Value) -> bool {
    matches!(
        text(schema, "type"),
        Some("string" | "integer" | "number" | "boolean" | "array")
    )
}

fn kinds(schema: &Value, joined: bool) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ if joined || schema.get("properties").is_some() => vec!["object"],
        _ if schema.get("items").is_some() => vec!["array"],
        _ if values(schema).next().is_some() => vec!["string"],
        _ => Vec::new(),
    }
}

fn values(schema: &Value) -> impl Iterator<Item = &str> {
    branches(schema, "enum")
        .chain(schema.get("const"))
        .filter_map(Value::as_str)
}

fn object<'a>(document: &'a Value, schema: &'a Value, name: Option<&'a str>) -> Object<'a> {
    let mut object = Object {
        schema,
        name,
        properties: BTreeMap::new(),
        required: BTreeSet::new(),
        additional: Vec::new(),
        tags: BTreeSet::new(),
    };
    collect(document, schema, &mut object, 0);
    let types = object.properties.get("type").cloned().unwrap_or_default();
    object.tags = view(document, &types).values;
    object
}

/// Joins the parts of an `allOf`.
fn collect<'a>(document: &'a Value, schema: &'a Value, object: &mut Object<'a>, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    let (schema, _) = resolve(document, schema);
    for part in branches(schema, "allOf") {
        collect(document, part, object, depth + 1);
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (name, property) in properties {
            object.properties.entry(name).or_default().push(property);
        }
    }
    object
        .required
        .extend(branches(schema, "required").filter_map(Value::as_str));
    object.additional.extend(
        schema
            .get("additionalProperties")
            .filter(|value| value.is_object()),
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::view;

    #[test]
    fn other_spellings_of_the_same_look_alike() {
        let document = json!({"components": {"schemas": {
            "A": {"type": "string", "enum": ["x", "y"]},
            "Base": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
        }}});
        let spellings = [
            json!({"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]}),
            json!({"type": ["string", "null"], "enum": ["x", "y", null]}),
            json!({"oneOf": [{"const": "x"}, {"const": "y"}, {"type": "null"}]}),
            json!({"type": "string", "nullable": true, "enum": ["y", "x"]}),
        ];
        for spelling in &spellings {
            let view = view(&document, &[spelling]);
            assert!(view.nullable && !view.any, "{spelling}");
            assert!(view.kinds.iter().eq(["string"].iter()), "{spelling}");
            assert!(view.values.iter().eq(["x", "y"].iter()), "{spelling}");
        }
        let joined = json!({"allOf": [
            {"$ref": "#/components/schemas/Base"},
            {"required": ["type"], "properties": {"type": {"const": "t"}}},
        ]});
        let view = view(&document, &[&joined]);
        let object = &view.objects[0];
        assert!(object.properties.keys().eq(["id", "type"].iter()));
        assert!(object.required.iter().eq(["id", "type"].iter()));
        assert!(object.tags.iter().eq(["t"].iter()));
    }

    #[test]
    fn a_reference_to_itself_ends() {
        let document = json!({"components": {"schemas": {
            "A": {"$ref": "#/components/schemas/A"},
            "B": {"oneOf": [{"$ref": "#/components/schemas/B"}, {"type": "null"}]},
        }}});
        for name in ["A", "B"] {
            let node = json!({"$ref": format!("#/components/schemas/{name}")});
            assert!(view(&document, &[&node]).objects.is_empty());
        }
    }
}
