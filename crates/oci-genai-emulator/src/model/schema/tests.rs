//! Tests that schemas accept what [`minimal`] generates: chosen schemas, random schemas, and
//! schemas of types.
#![allow(dead_code)] // fields of types that are only read from JSON

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Debug;

use proptest::prelude::*;
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::*;

#[test]
fn minimal_instances() {
    let cases = [
        (
            json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer", "minimum": 3}}, "required": ["b", "a"]}),
            json!({"a": "", "b": 3}),
        ),
        (
            json!({"type": ["string", "null"], "minLength": 2}),
            json!("xx"),
        ),
        (json!({"enum": ["red", "blue"]}), json!("red")),
        (
            json!({"type": "array", "items": {"type": "boolean"}, "minItems": 2}),
            json!([false, false]),
        ),
        (json!({"anyOf": [{"const": 7}, {"type": "null"}]}), json!(7)),
        (
            json!({"allOf": [{"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"]}, {"type": "object", "properties": {"b": {"const": 2}}, "required": ["b"]}]}),
            json!({"a": 1, "b": 2}),
        ),
        (
            json!({"$ref": "#/$defs/x", "$defs": {"x": {"type": "number", "exclusiveMinimum": 1}}}),
            json!(1.5),
        ),
    ];
    for (schema, wanted) in cases {
        assert_eq!(minimal(&schema), wanted, "{schema}");
    }
}

#[test]
fn a_schema_that_requires_itself_ends() {
    let schema =
        json!({"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]});
    assert!(minimal(&schema).is_object());
}

fn accepted(schema: &Value) -> Result<Value, String> {
    let value = minimal(schema);
    let check = validator(schema).ok_or_else(|| format!("no schema: {schema}"))?;
    match check.validate(&value) {
        Ok(()) => Ok(value),
        Err(error) => Err(format!("{error}\n{value}\n{schema}")),
    }
}

#[test]
fn every_keyword_is_heeded() {
    for schema in [
        json!(true),
        json!({}),
        json!({"type": "integer", "minimum": 5, "multipleOf": 4}),
        json!({"type": "integer", "exclusiveMinimum": 5, "exclusiveMaximum": 7}),
        json!({"type": "integer", "minimum": 0.5}),
        json!({"type": "integer", "maximum": -0.5}),
        json!({"type": "integer", "minimum": 18_446_744_073_709_551_615_u64}),
        json!({"type": "integer", "minimum": -9_223_372_036_854_775_808_i64, "maximum": -9_223_372_036_854_775_808_i64}),
        json!({"type": "integer", "multipleOf": 6, "allOf": [{"multipleOf": 4}, {"minimum": 1}]}),
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.25}),
        json!({"type": "number", "minimum": 0.3, "multipleOf": 0.25}),
        json!({"type": "number", "exclusiveMinimum": 0, "maximum": 1, "not": {"const": 0.5}}),
        json!({"type": "string", "minLength": 3, "maxLength": 3}),
        json!({"type": "string", "format": "date-time"}),
        json!({"type": "string", "format": "uuid", "minLength": 1}),
        json!({"type": "string", "pattern": "^[a-z]+-\\d{2}$", "minLength": 6}),
        json!({"type": "string", "pattern": "^(a|b)c*$", "minLength": 4, "maxLength": 4}),
        json!({"type": "string", "not": {"enum": ["", "x"]}}),
        json!({"pattern": "^\\p{L}+$", "type": ["null", "string"], "not": {"type": "null"}}),
        json!({"enum": [1, "a", null], "type": "string"}),
        json!({"const": {"a": [1]}}),
        json!({"enum": ["a", "b", "c"], "allOf": [{"enum": ["b", "c"]}, {"enum": ["c", "d"]}]}),
        json!({"type": "integer", "default": null, "minimum": 1}),
        json!({"type": "integer", "default": 0, "minimum": 1}),
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": true}),
        json!({"type": "array", "items": {"enum": [1, 2, 3]}, "minItems": 3, "uniqueItems": true}),
        json!({"type": "array", "items": {"type": "string"}, "minItems": 4, "uniqueItems": true}),
        json!({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": false, "minItems": 2}),
        json!({"type": "array", "contains": {"const": 3}, "minContains": 2, "minItems": 4}),
        json!({"type": "array", "contains": {"type": "string"}, "items": {"type": ["integer", "string"]}}),
        json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "array", "minItems": 3,
            "items": [{"type": "integer"}, {"type": "string"}], "additionalItems": {"type": "boolean"}}),
        json!({"type": "object", "required": ["a"], "additionalProperties": {"type": "integer"}}),
        json!({"type": "object", "required": ["x-a"], "patternProperties": {"^x-": {"type": "integer"}},
            "additionalProperties": false}),
        json!({"type": "object", "minProperties": 2, "properties": {"a": {"type": "integer"}},
            "additionalProperties": {"type": "string"}}),
        json!({"type": "object", "minProperties": 3, "propertyNames": {"pattern": "^k+$"},
            "additionalProperties": {"type": "integer"}}),
        json!({"type": "object", "minProperties": 2, "patternProperties": {"^k+$": {"type": "integer"}},
            "additionalProperties": false}),
        json!({"type": "object", "minProperties": 1, "propertyNames": {"enum": ["one", "two"]},
            "additionalProperties": {"const": 1}}),
        json!({"type": "object", "required": ["a"], "dependentRequired": {"a": ["b"], "b": ["c"]},
            "properties": {"c": {"type": "integer"}}, "additionalProperties": {"type": "string"}}),
        json!({"type": "object", "required": ["a"], "dependentSchemas": {"a": {
            "required": ["b"], "properties": {"b": {"const": 2}}}}}),
        json!({"properties": {"a": {"type": "string"}}, "required": ["a"], "unevaluatedProperties": false}),
        json!({"type": "object", "properties": {"a/b": {"type": "integer"}, "c~d e%": {"$ref": "#/properties/a~1b"}},
            "required": ["a/b", "c~d e%"]}),
        json!({"$ref": "#/$defs/a%20b", "$defs": {"a b": {"type": "integer", "minimum": 2}}}),
        json!({"$ref": "#named", "$defs": {"x": {"$anchor": "named", "type": "boolean"}}}),
        json!({"$ref": "#/$defs/a", "minimum": 4, "$defs": {"a": {"type": "integer", "minimum": 2}}}),
        json!({"anyOf": [{"type": "integer"}, {"type": "string"}], "type": "string"}),
        json!({"anyOf": [false, {"type": "string"}]}),
        json!({"oneOf": [{"type": "number"}, {"type": "integer"}]}),
        json!({"oneOf": [{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            {"type": "object", "required": ["b"]}], "required": ["b"]}),
        json!({"oneOf": [{"required": ["a"]}, {"required": ["b"]}], "type": "object"}),
        json!({"if": {"properties": {"k": {"const": 1}}}, "then": {"required": ["a"]}, "else": {"required": ["b"]},
            "type": "object", "properties": {"k": {"const": 2}, "b": {"type": "integer"}}, "required": ["k"]}),
        json!({"not": {"type": "object"}}),
        json!({"not": {"required": ["a"]}, "type": "object", "properties": {"a": {"const": 1}}}),
        json!({"allOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]},
            {"properties": {"a": {"minimum": 7}}}], "type": "object"}),
        // Recursion that ends through another choice, at any position.
        json!({"$ref": "#/$defs/n", "$defs": {"n": {"type": "object", "required": ["l", "r"], "properties": {
            "l": {"anyOf": [{"$ref": "#/$defs/n"}, {"type": "null"}]},
            "r": {"anyOf": [{"$ref": "#/$defs/n"}, {"type": "integer"}]}}}}}),
        json!({"$ref": "#/$defs/e", "$defs": {"e": {"anyOf": [
            {"type": "object", "required": ["add"], "properties": {"add": {"type": "array", "minItems": 2,
                "items": {"$ref": "#/$defs/e"}}}},
            {"type": "object", "required": ["value"], "properties": {"value": {"type": "number"}}}]}}}),
        json!({"type": "object", "required": ["child"], "properties": {"child": {
            "anyOf": [{"$ref": "#"}, {"const": "leaf"}]}}}),
    ] {
        if let Err(text) = accepted(&schema) {
            panic!("{text}");
        }
    }
}

#[test]
fn unsatisfiable_schemas_end_too() {
    let mut wide = json!({"type": "object", "required": [], "properties": {}});
    for at in 0..12 {
        let name = format!("p{at}");
        wide["required"]
            .as_array_mut()
            .unwrap()
            .push(name.clone().into());
        wide["properties"][&name] = json!({"anyOf": [{"$ref": "#"}, {"$ref": "#/$defs/none"}]});
    }
    wide["$defs"] = json!({"none": {"allOf": [{"type": "string"}, {"type": "integer"}]}});
    let each: Vec<Value> = (0..20)
        .map(|at| json!({"anyOf": [{"minimum": at}, {"maximum": at}]}))
        .collect();
    let mut deep = json!({"type": "integer"});
    for _ in 0..40 {
        deep = json!({"type": "array", "minItems": 1000, "items": deep});
    }
    for schema in [
        json!(false),
        json!({"$ref": "#"}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}),
        json!({"$ref": "https://example.com/schema"}),
        json!({"$ref": "#/nowhere"}),
        json!({"type": "integer", "minimum": 3, "maximum": 2}),
        json!({"type": "object", "properties": {"a": false}, "required": ["a"]}),
        json!({"type": "widget"}),
        json!({"type": 7, "required": 3, "properties": [], "enum": {}, "anyOf": {}, "pattern": "[", "minItems": -1}),
        json!({"type": "string", "pattern": "(a{1000}){1000}"}),
        json!({"allOf": each}),
        wide,
        deep,
    ] {
        minimal(&schema);
    }
}

/// Generates constants that are not objects.
fn constants() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~]{0,6}".prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..3).prop_map(|list| json!(list)),
    ]
}

fn leaves() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"type": "null"})),
        Just(json!({"type": "boolean"})),
        Just(json!({})),
        (any::<i32>(), 0..1000_i64, 1..50_i64).prop_map(|(low, width, step)| {
            let low = i64::from(low);
            json!({"type": "integer", "minimum": low, "maximum": low + width + step, "multipleOf": step})
        }),
        (any::<i32>(), 1..1000_i64).prop_map(|(low, width)| {
            let low = i64::from(low);
            json!({"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": low + width})
        }),
        any::<i32>().prop_map(|high| json!({"type": ["integer", "null"], "exclusiveMaximum": high})),
        (0..20_u8, 0..5_u8).prop_map(|(least, more)| {
            json!({"type": "string", "minLength": least, "maxLength": least + more})
        }),
        prop::sample::select(vec![
            "date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uuid",
        ])
        .prop_map(|format| json!({"type": "string", "format": format})),
        (prop::sample::select(vec!["^[a-f]+$", r"^\d*$", "^(ab)*c?x+$", r"\w", "[^a]{2,}"]), 0..9_u8)
            .prop_map(|(pattern, least)| json!({"type": "string", "pattern": pattern, "minLength": least})),
        prop::collection::vec(constants(), 1..4).prop_map(|values| json!({"enum": values})),
        constants().prop_map(|value| json!({"const": value})),
        (0..3_u8).prop_map(|of| json!({"anyOf": [{"$ref": format!("#/$defs/d{of}")}, {"type": "null"}]})),
        (0..3_u8).prop_map(|of| json!({"type": "array", "items": {"$ref": format!("#/$defs/d{of}")}})),
        (0..3_u8).prop_map(|of| json!({
            "type": "object", "properties": {"again": {"$ref": format!("#/$defs/d{of}")}},
            "additionalProperties": false,
        })),
    ]
}

/// Returns an object schema with these members, some of which are required.
fn object(members: Vec<(Value, bool)>, closed: bool, minimum: usize) -> Value {
    let mut schema = json!({"type": "object", "properties": {}, "required": [], "additionalProperties": !closed});
    let count = members.len();
    for (at, (member, required)) in members.into_iter().enumerate() {
        let name = format!("m {at}");
        if required {
            schema["required"]
                .as_array_mut()
                .unwrap()
                .push(name.clone().into());
        }
        schema["properties"][&name] = member;
    }
    if minimum > 0 {
        schema["minProperties"] = minimum.min(count).into();
    }
    schema
}

fn schemas() -> impl Strategy<Value = Value> {
    leaves().prop_recursive(4, 40, 5, |inner| {
        let members = || prop::collection::vec((inner.clone(), any::<bool>()), 0..5);
        prop_oneof![
            (members(), any::<bool>(), 0..5_usize)
                .prop_map(|(members, closed, minimum)| object(members, closed, minimum)),
            (inner.clone(), 0..4_u8)
                .prop_map(|(items, least)| json!({"type": "array", "items": items, "minItems": least})),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|items| {
                json!({"type": "array", "minItems": items.len(), "prefixItems": items, "items": false})
            }),
            (inner.clone(), any::<bool>()).prop_map(|(one, null_first)| {
                let mut choices = vec![one, json!({"type": "null"})];
                if null_first {
                    choices.reverse();
                }
                json!({ "anyOf": choices })
            }),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|choices| json!({"anyOf": choices})),
            prop::collection::vec(members(), 1..4).prop_map(|variants| {
                let tagged = variants.into_iter().enumerate().map(|(at, members)| {
                    let mut variant = object(members, true, 0);
                    variant["properties"]["tag"] = json!({"const": format!("v{at}")});
                    variant["required"].as_array_mut().unwrap().push("tag".into());
                    variant
                });
                json!({"oneOf": tagged.collect::<Vec<_>>()})
            }),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| {
                let part = |name: &str, member: Value| {
                    json!({"type": "object", "properties": {name: member}, "required": [name]})
                };
                json!({"allOf": [part("a", one), part("b", other)]})
            }),
            inner.prop_map(|one| json!({
                "type": "object", "required": ["k"], "properties": {"k": {"enum": ["x", "y"]}},
                "if": {"properties": {"k": {"const": "x"}}},
                "then": {"properties": {"v": one}, "required": ["v"]},
            })),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_schema_accepts_the_generated_value(
        root in schemas(), definitions in prop::collection::vec(schemas(), 3)
    ) {
        let mut schema = root;
        for (at, definition) in definitions.into_iter().enumerate() {
            schema["$defs"][format!("d{at}")] = definition;
        }
        if let Err(text) = accepted(&schema) {
            prop_assert!(false, "{}", text);
        }
    }
}

/// Checks that the value generated from a type's schema deserializes into the type.
fn reads<T: JsonSchema + DeserializeOwned + Debug>() {
    for settings in [SchemaSettings::draft2020_12(), SchemaSettings::draft07()] {
        let schema = SchemaGenerator::new(settings)
            .into_root_schema_for::<T>()
            .to_value();
        let value = accepted(&schema).unwrap();
        if let Err(error) = serde_json::from_value::<T>(value.clone()) {
            panic!("{error}\n{value}\n{schema}");
        }
    }
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Plain {
    text: String,
    letter: char,
    number: u64,
    small: i8,
    share: f32,
    flag: bool,
    nothing: (),
    maybe: Option<String>,
    list: Vec<Option<u16>>,
    set: BTreeSet<u8>,
    map: BTreeMap<String, Plain2>,
    names: HashMap<u32, bool>,
    pair: (u8, String),
    four: [i64; 4],
    positive: std::num::NonZeroU32,
    time: std::time::Duration,
    address: std::net::IpAddr,
    boxed: Box<Plain2>,
    any: Value,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Plain2 {
    /// Documented.
    color: Color,
    #[serde(rename = "größe")]
    size: Option<Color>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Color {
    Red,
    DarkBlue,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
enum External {
    Unit,
    New(Plain2),
    Tuple(u8, String),
    Fields { a: Color, b: Vec<External> },
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "kind")]
enum Internal {
    New(Plain2),
    Fields { next: Option<Box<Internal>> },
    Unit,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    New(Box<Plain2>),
    Tuple(i32, i32),
    Unit,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    List(Vec<u8>),
    Fields { only: String },
    Number(f64),
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Flattened {
    own: u8,
    #[serde(flatten)]
    inner: Plain2,
    #[serde(flatten)]
    choice: Sized,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "sized")]
enum Sized {
    By { number: u8 },
    Not,
}

/// Only other choices end the recursion.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
enum Expression {
    Add(Box<Expression>, Box<Expression>),
    Negate { of: Box<Expression> },
    Value(f64),
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Tree {
    left: Option<Box<Tree>>,
    right: Option<Box<Tree>>,
    children: Vec<Tree>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Everything {
    external: External,
    internal: Internal,
    adjacent: Adjacent,
    untagged: Untagged,
    expression: Expression,
    tree: Tree,
}

#[test]
fn types_read_values_generated_from_their_schemas() {
    reads::<Plain>();
    reads::<Plain2>();
    reads::<Color>();
    reads::<External>();
    reads::<Internal>();
    reads::<Adjacent>();
    reads::<Untagged>();
    reads::<Flattened>();
    reads::<Expression>();
    reads::<Tree>();
    reads::<Everything>();
    reads::<Vec<Everything>>();
    reads::<Option<Tree>>();
    reads::<()>();
}
