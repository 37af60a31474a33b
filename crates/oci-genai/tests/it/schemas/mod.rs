//! Strict schemas of types: every value of a type fits its schema, and some types have none.

mod kinds;
mod random;
mod refused;
mod types;
mod words;

use jsonschema::Validator;
use oci_genai::{Client, schema};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Holds a type that is not a struct, because the top level must be one.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
struct Holder<T> {
    value: T,
    list: Vec<T>,
    maybe: Option<T>,
}

fn strict<T: JsonSchema>() -> Value {
    let schema = Value::Object(schema::strict::<T>().unwrap());
    schema::check(&schema).unwrap_or_else(|error| panic!("{error} in {schema:#}"));
    assert_eq!(defects(&schema), Vec::<String>::new(), "{schema:#}");
    schema
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::new(schema).unwrap_or_else(|error| panic!("{error} in {schema:#}"))
}

/// Returns violations of the rules that services enforce, found independently of the code under
/// test.
fn defects(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match schema {
        Value::Object(object) => {
            if let Some(target) = object.get("$ref").and_then(Value::as_str)
                && (object.len() > 1 || !target.is_ascii() || target.contains('%'))
            {
                found.push(format!("{object:?}"));
            }
            let is_object = object.get("type").is_some_and(|kind| kind == "object");
            if is_object && object.get("additionalProperties") != Some(&json!(false)) {
                found.push(format!("open: {object:?}"));
            }
            for refused in [
                "oneOf",
                "allOf",
                "not",
                "uniqueItems",
                "unevaluatedProperties",
            ] {
                if object.get(refused).is_some_and(|value| !value.is_string()) {
                    found.push(refused.to_owned());
                }
            }
            found.extend(object.values().flat_map(defects));
        }
        Value::Array(list) => found.extend(list.iter().flat_map(defects)),
        _ => {}
    }
    found
}

/// Asserts that the values of a type fit its schema, that other values do not, and that output
/// generated from the schema deserializes as the type.
async fn fits<T>(client: &Client, values: Vec<T>)
where
    T: Clone + Serialize + DeserializeOwned + JsonSchema,
{
    let name = std::any::type_name::<T>();
    let schema = strict::<Holder<T>>();
    let validator = validator(&schema);
    assert!(!values.is_empty(), "{name}");
    for value in &values {
        let holder = Holder {
            value: value.clone(),
            list: values.clone(),
            maybe: Some(value.clone()),
        };
        let written = serde_json::to_value(&holder).unwrap();
        if let Err(error) = validator.validate(&written) {
            panic!("{name}: {error}\n{written:#}\n{schema:#}");
        }
        let read: Holder<T> = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), written, "{name}");
        for pointer in objects(&written, String::new()) {
            let mut more = written.clone();
            more.pointer_mut(&pointer).unwrap()["unasked"] = json!(1);
            assert!(!validator.is_valid(&more), "{name}: {more:#}\n{schema:#}");
            let members = written.pointer(&pointer).unwrap().as_object().unwrap();
            for member in members.keys() {
                let mut less = written.clone();
                let object = less.pointer_mut(&pointer).unwrap();
                object.as_object_mut().unwrap().remove(member);
                assert!(!validator.is_valid(&less), "{name}: {less:#}\n{schema:#}");
            }
        }
    }
    let none = Holder::<T> {
        maybe: None,
        value: values[0].clone(),
        list: Vec::new(),
    };
    assert!(
        validator.is_valid(&serde_json::to_value(&none).unwrap()),
        "{name}"
    );
    let answered = client.responses().create("?").parse::<Holder<T>>().await;
    answered.unwrap_or_else(|error| panic!("{name}: {error}\n{schema:#}"));
}

/// Returns pointers to all objects.
fn objects(value: &Value, at: String) -> Vec<String> {
    let inner: Vec<String> = match value {
        Value::Object(object) => {
            let inner = |(name, value): (&String, &Value)| {
                let name = name.replace('~', "~0").replace('/', "~1");
                objects(value, format!("{at}/{name}"))
            };
            object.iter().flat_map(inner).collect()
        }
        Value::Array(list) => {
            let inner = |(index, value)| objects(value, format!("{at}/{index}"));
            list.iter().enumerate().flat_map(inner).collect()
        }
        _ => Vec::new(),
    };
    let own = value.is_object().then_some(at);
    own.into_iter().chain(inner).collect()
}
