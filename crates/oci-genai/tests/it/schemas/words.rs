//! Doc comments become descriptions, wherever they are.
#![allow(dead_code, reason = "only their schemas count")]

use oci_genai::schema;
use schemars::JsonSchema;
use serde_json::{Value, json};

use super::strict;
use crate::scripted::{self, Scripted};

/// An order of a shop.
#[derive(JsonSchema)]
struct Order {
    /// Who pays.
    payer: Person,
    /// Who gets it.
    receiver: Option<Person>,
    /// How it is sent.
    sending: Sending,
    /// What is in it.
    parts: Vec<Part>,
    größe: Größe,
}

/// A person.
#[derive(JsonSchema)]
struct Person {
    /// First and last name.
    name: String,
}

#[derive(JsonSchema)]
enum Sending {
    /// By letter.
    Letter,
    Parcel,
}

/// A part of an order.
#[derive(JsonSchema)]
struct Part {
    /// How many.
    count: u32,
    #[serde(flatten)]
    what: What,
}

#[derive(JsonSchema)]
#[serde(tag = "kind")]
enum What {
    /// Printed.
    Book(Book),
    /// Pressed.
    Record {
        /// In inches.
        size: u8,
    },
}

/// A book.
#[derive(JsonSchema)]
struct Book {
    /// Its number.
    isbn: String,
}

/// Wie groß.
#[derive(JsonSchema)]
struct Größe {
    /// In Metern.
    höhe: f64,
}

#[test]
fn descriptions_are_next_to_what_they_describe() {
    let schema = strict::<Order>();
    assert_eq!(schema["description"], "An order of a shop.");
    let properties = &schema["properties"];
    for (name, words) in [
        ("payer", "Who pays."),
        ("receiver", "Who gets it."),
        ("sending", "How it is sent."),
        ("parts", "What is in it."),
    ] {
        assert_eq!(properties[name]["description"], words);
    }
    assert_eq!(
        properties["payer"]["anyOf"],
        json!([{ "$ref": "#/$defs/Person" }])
    );
    let definitions = &schema["$defs"];
    assert_eq!(definitions["Person"]["description"], "A person.");
    let name = &definitions["Person"]["properties"]["name"];
    assert_eq!(name["description"], "First and last name.");
    // The type's own name is kept next to the ASCII name.
    assert_eq!(definitions["Gr__e"]["title"], "Größe");
    assert_eq!(
        definitions["Gr__e"]["properties"]["höhe"]["description"],
        "In Metern."
    );
    let part = &definitions["Part"];
    assert_eq!(part["description"], "A part of an order.");
    let book = &part["anyOf"][0];
    assert_eq!(book["description"], "Printed.\n\nA book.");
    assert_eq!(book["properties"]["isbn"]["description"], "Its number.");
    assert_eq!(book["properties"]["count"]["description"], "How many.");
    assert_eq!(book["properties"]["kind"]["const"], "Book");
    let record = &part["anyOf"][1];
    assert_eq!(record["description"], "Pressed.");
    assert_eq!(record["properties"]["size"]["description"], "In inches.");
    // Definitions that are no longer referenced are omitted.
    assert_eq!(definitions.get("Book"), None);
    let text = schema.to_string();
    for words in ["By letter.", "Wie groß."] {
        assert!(text.contains(words), "{words}");
    }
}

#[test]
fn titles_in_comments_are_kept_and_names_of_types_are_not() {
    /// # Reading
    ///
    /// A measurement.
    #[derive(JsonSchema)]
    struct Reading {
        /// # Degrees
        ///
        /// In Celsius.
        degrees: f64,
    }
    let schema = strict::<Reading>();
    let degrees = &schema["properties"]["degrees"];
    assert_eq!(degrees["title"], "Degrees");
    assert_eq!(degrees["description"], "In Celsius.");
    assert_eq!(schema["description"], "A measurement.");
    assert_eq!(strict::<Person>().get("title"), None);
}

#[tokio::test]
async fn the_format_name_is_valid_for_services() {
    #[derive(Debug, serde::Deserialize, JsonSchema)]
    struct 答え {
        数: i32,
    }
    let message = json!({"type": "message", "role": "assistant",
        "content": [{"type": "output_text", "text": "{\"数\":7}"}]});
    let body = json!({"id": "resp_1", "object": "response", "created_at": 1, "model": "m",
        "status": "completed", "output": [message]});
    let server = Scripted::start(vec![scripted::json(200, body)]).await;
    let asked = server.client().responses().create("?");
    let parsed = asked.parse::<答え>().await.unwrap();
    assert_eq!(parsed.value.数, 7);
    let body: Value = serde_json::from_str(&server.received()[0].body).unwrap();
    let format = &body["text"]["format"];
    assert_eq!(format["name"], "result");
    assert_eq!(
        format["schema"],
        Value::Object(schema::strict::<答え>().unwrap())
    );
}
