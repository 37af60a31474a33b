//! Types without a strict schema.
#![allow(dead_code, reason = "only their schemas count")]

use std::collections::{BTreeMap, HashMap};

use oci_genai::types::FunctionCall;
use oci_genai::{Error, ToolSet, function_tool, schema};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize, JsonSchema)]
struct Item {
    id: u32,
}

#[derive(Deserialize, JsonSchema)]
enum Choice {
    A(Item),
    B,
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "kind")]
enum Tagged {
    A(Item),
    B { note: String },
}

#[derive(Deserialize, JsonSchema)]
struct Flattened {
    own: i32,
    #[serde(flatten)]
    tagged: Tagged,
}

#[derive(Deserialize, JsonSchema)]
struct Mapped {
    by_name: HashMap<String, i32>,
}

#[derive(Deserialize, JsonSchema)]
struct Unit;

fn refused<T: JsonSchema>(words: &[&str]) {
    let outcome: Result<_, Error> = schema::strict::<T>();
    let error = outcome.unwrap_err();
    assert!(error.is_invalid_request());
    let text = error.to_string();
    let name = std::any::type_name::<T>();
    for word in words.iter().chain(&[name, "; hint: "]) {
        assert!(text.contains(word), "{word} is missing in {text}");
    }
}

#[test]
fn types_other_than_structs_must_be_wrapped() {
    let wrap = &["at $ ", "wrap it in a struct"];
    refused::<Choice>(wrap);
    refused::<Tagged>(wrap);
    refused::<Flattened>(wrap);
    refused::<Option<Item>>(wrap);
    refused::<Vec<Item>>(wrap);
    refused::<String>(wrap);
    refused::<()>(wrap);
    refused::<Unit>(wrap);
    refused::<Box<Choice>>(wrap);
}

#[test]
fn types_that_cannot_be_expressed_are_named_with_their_place() {
    #[derive(JsonSchema)]
    struct Deep {
        inner: Vec<Option<Inner>>,
    }
    #[derive(JsonSchema)]
    struct Inner {
        choice: Other,
    }
    #[derive(JsonSchema)]
    enum Other {
        A,
        B(BTreeMap<String, i32>),
    }
    #[derive(JsonSchema)]
    struct FlatMap {
        own: i32,
        #[serde(flatten)]
        more: BTreeMap<String, i32>,
    }
    #[derive(JsonSchema)]
    struct FlatAny {
        #[serde(flatten)]
        more: Value,
    }
    #[derive(JsonSchema)]
    struct Keys {
        by_number: BTreeMap<u32, i32>,
    }
    #[derive(JsonSchema)]
    struct Tuple {
        pair: (i32, String),
    }
    #[derive(JsonSchema)]
    struct Any {
        list: Vec<Value>,
    }
    #[derive(JsonSchema)]
    #[serde(tag = "kind")]
    enum TaggedMap {
        Map(Map<String, Value>),
        Other,
    }
    #[derive(JsonSchema)]
    enum Never {}
    #[derive(JsonSchema)]
    struct Clash {
        own: i32,
        inner: Twice,
    }
    #[derive(JsonSchema)]
    struct Twice {
        #[serde(flatten)]
        one: Tagged,
        #[serde(flatten)]
        two: Again,
    }
    #[derive(JsonSchema)]
    #[serde(tag = "kind")]
    enum Again {
        C,
        D,
    }
    refused::<Mapped>(&["$.by_name", "list of structs"]);
    refused::<Deep>(&["Other(variant 2).B", "list of structs"]);
    refused::<FlatMap>(&["at $ ", "list of structs"]);
    refused::<FlatAny>(&["at $ ", "list of structs"]);
    refused::<Keys>(&["$.by_number", "list of structs"]);
    refused::<Tuple>(&["$.pair", "use a struct with a field for each"]);
    refused::<Any>(&["$.list[]", "type with a shape"]);
    refused::<(Item, TaggedMap)>(&["at $", "use a struct"]);
    refused::<super::Holder<TaggedMap>>(&["TaggedMap", "list of structs"]);
    refused::<super::Holder<Never>>(&["Never", "without values"]);
    refused::<Clash>(&["Twice.kind", "rename one of them"]);
}

#[test]
fn too_many_combinations_are_named() {
    #[derive(JsonSchema)]
    enum Digit {
        A,
        B,
        C,
        D,
        E,
    }
    #[derive(JsonSchema)]
    #[serde(tag = "first")]
    enum First {
        A,
        B,
        C,
        D,
        E,
    }
    #[derive(JsonSchema)]
    #[serde(tag = "second")]
    enum Second {
        A,
        B,
        C,
        D,
        E,
    }
    #[derive(JsonSchema)]
    struct Many {
        #[serde(flatten)]
        digit: Digit,
        #[serde(flatten)]
        first: First,
        #[serde(flatten)]
        second: Second,
    }
    refused::<super::Holder<Many>>(&["at Many", "a field of its own"]);
}

#[test]
fn arguments_are_objects_strict_or_not() {
    let none = json!({
        "type": "object", "properties": {}, "required": [], "additionalProperties": false,
    });
    for tool in [function_tool::<()>("f", ""), function_tool::<Unit>("f", "")] {
        let tool = tool.unwrap();
        assert_eq!(tool.strict, Some(true));
        assert_eq!(json!(tool.parameters), none);
    }
    let mapped = function_tool::<Mapped>("f", "").unwrap();
    assert_eq!(mapped.strict, Some(false));
    assert_eq!(json!(mapped.parameters)["type"], "object");
    for refused in [
        function_tool::<Choice>("f", ""),
        function_tool::<Tagged>("f", ""),
        function_tool::<Flattened>("f", ""),
        function_tool::<Vec<i32>>("f", ""),
        function_tool::<Option<Item>>("f", ""),
        function_tool::<Value>("f", ""),
    ] {
        let text = refused.unwrap_err().to_string();
        assert!(text.contains("hint: "), "{text}");
    }
}

#[tokio::test]
async fn functions_without_arguments_are_called() {
    let tools = ToolSet::new()
        .function("unit", "", |(): ()| async { Ok::<_, String>("done") })
        .unwrap()
        .function("named", "", |_: Unit| async { Ok::<_, String>("done") })
        .unwrap();
    for name in ["unit", "named"] {
        for arguments in ["", "{}", " { } ", "null"] {
            let call = FunctionCall::new("call_1", name, arguments);
            let output = json!(tools.call(&call).await);
            assert_eq!(output["output"], "done", "{name} {arguments}");
        }
        let call = FunctionCall::new("call_1", name, r#"{"a":1}"#);
        let output = json!(tools.call(&call).await).to_string();
        assert!(output.contains("do not fit"), "{output}");
    }
}
