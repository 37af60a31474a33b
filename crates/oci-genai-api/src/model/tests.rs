//! The macros at work on small types of their own.

#![allow(unreachable_pub, reason = "the macros write public items")]

use serde_json::{Value, json};

use super::{Extra, Unknown};

#[derive(Clone, Debug, PartialEq)]
struct Note {
    text: String,
    count: i64,
    author: Option<String>,
    marks: Option<Vec<Mark>>,
    extra: Extra,
}

object! {
    Note {
        constants { strict type_: "type" = "note"; lenient object: "object" = "item"; }
        required { plain text: String = "text"; int count: i64 = "count"; }
        nullable { plain author: String = "author"; }
        optional { list marks: Mark = "marks"; }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Empty {
    extra: Extra,
}

object! {
    Empty {
        constants { strict type_: "type" = "empty"; }
        required { }
        nullable { }
        optional { }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Mark {
    Good,
    Bad,
    Other(String),
}

open_enum! { Mark { Good = "good", Bad = "bad", } }

#[derive(Clone, Debug, PartialEq)]
enum Thing {
    Note(Box<Note>),
    Empty(Empty),
    Unknown(Unknown),
}

union! {
    Thing: Unknown {
        variants { Note Empty }
        kinds { }
        tagged "type" {
            "note" => direct Note [Note: Box<Note>];
            "empty" => direct Empty [Empty: Empty];
        }
        objects { }
        from { Note => Note boxed; Empty => Empty plain; }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Input {
    Text(String),
    Count(i64),
    Things(Vec<Thing>),
    Note(Note),
    Unknown(Value),
}

union! {
    Input: Value {
        variants { Text Count Things Note }
        kinds { string Text: String; integer Count: i64; array Things: Vec<Thing>; }
        tagged "" { }
        objects { Note: Note; }
        from { &str => Text into; String => Text plain; Vec<Thing> => Things plain; }
    }
}

fn round_trip<T: serde::de::DeserializeOwned + serde::Serialize>(value: &Value) -> Value {
    let read: T = serde_json::from_str(&value.to_string()).unwrap();
    let again: T = serde_json::from_value(value.clone()).unwrap();
    let written = serde_json::to_value(&read).unwrap();
    assert_eq!(written, serde_json::to_value(&again).unwrap());
    written
}

#[test]
fn unknown_members_and_explicit_nulls_survive() {
    let note = json!({
        "type": "note", "object": "item", "text": "a", "count": 1, "author": null,
        "marks": null, "new": {"deep": [1, 2.5]},
    });
    assert_eq!(round_trip::<Note>(&note), note);
}

#[test]
fn a_field_that_is_set_wins_over_a_remembered_null() {
    let mut note: Note = serde_json::from_value(json!({
        "text": "a", "count": 1, "marks": null,
    }))
    .unwrap();
    assert!(note.extra.is_null("marks"));
    note.marks = Some(vec![Mark::Good]);
    assert_eq!(
        serde_json::to_value(&note).unwrap(),
        json!({"type": "note", "object": "item", "text": "a", "count": 1, "author": null, "marks": ["good"]})
    );
}

#[test]
fn a_strict_constant_is_checked_and_a_lenient_one_kept() {
    let error = serde_json::from_value::<Note>(json!({"type": "other", "text": "a", "count": 1}))
        .unwrap_err();
    assert_eq!(error.to_string(), "Note.type is \"other\", not note");
    let note = json!({"type": "note", "object": "item.v2", "text": "a", "count": 1, "author": "b"});
    assert_eq!(round_trip::<Note>(&note), note);
}

#[test]
fn tags_are_found_wherever_they_stand() {
    let first = r#"{"type":"note","text":"a","count":2.0}"#;
    let last = r#"{"text":"a","count":2,"type":"note"}"#;
    let expected = Thing::from(Note::new("a", 2));
    assert_eq!(serde_json::from_str::<Thing>(first).unwrap(), expected);
    assert_eq!(serde_json::from_str::<Thing>(last).unwrap(), expected);
}

#[test]
fn what_stands_before_a_tag_is_kept_whatever_it_is() {
    let members = [
        r#""text":"one \"word\" \u00e4""#,
        r#""count":2"#,
        r#""marks":["good","odd"]"#,
        r#""author":null"#,
        r#""new \u00e4":{"deep":[1,-2,2.5,18446744073709551615,true,null,"\n"],"e":{}}"#,
    ];
    let first = format!(r#"{{"type":"note",{}}}"#, members.join(","));
    let expected: Thing = serde_json::from_str(&first).unwrap();
    let written: Value = serde_json::from_str(&first).unwrap();
    for place in 1..=members.len() {
        let mut members = members.to_vec();
        members.insert(place, r#""type":"note""#);
        let text = format!("{{{}}}", members.join(","));
        let read: Thing = serde_json::from_str(&text).unwrap();
        assert_eq!(read, expected, "{text}");
        let from_reader: Thing = serde_json::from_reader(text.as_bytes()).unwrap();
        assert_eq!(from_reader, expected, "nothing to borrow from: {text}");
        let mut again = serde_json::to_value(&read).unwrap();
        again.as_object_mut().unwrap().remove("object");
        assert_eq!(again, written);
    }
}

#[test]
fn what_has_another_tag_or_none_is_kept_whole() {
    for value in [
        json!({"type": "later", "x": [1]}),
        json!({"x": 1}),
        json!({}),
        json!({"type": 3, "text": "a"}),
        json!({"type": null}),
        json!({"type": {"a": 1}}),
        json!("text"),
        json!(null),
        json!([1]),
    ] {
        assert_eq!(round_trip::<Thing>(&value), value);
        let read: Thing = serde_json::from_value(value.clone()).unwrap();
        match read {
            Thing::Unknown(unknown) => {
                assert_eq!(unknown.tag(), value.get("type").and_then(Value::as_str));
                assert_eq!(unknown.as_value(), &value);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_known_tag_with_a_broken_body_names_variant_and_field() {
    for text in [
        r#"{"type":"note","count":2}"#,
        r#"{"count":2,"type":"note"}"#,
    ] {
        let error = serde_json::from_str::<Thing>(text).unwrap_err().to_string();
        assert!(
            error.starts_with("Thing::Note: Note.text is missing"),
            "{error}"
        );
    }
    let error = serde_json::from_str::<Input>(r#"[{"type":"note","text":1}]"#)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("Input::Things: Thing::Note: Note.text: invalid type"),
        "{error}"
    );
    assert!(error.contains("line 1"), "{error}");
}

#[test]
fn kinds_of_json_choose_the_variant() {
    let read = |value: Value| serde_json::from_value::<Input>(value).unwrap();
    assert_eq!(read(json!("a")), "a".into());
    assert_eq!(read(json!(3)), Input::Count(3));
    assert_eq!(read(json!([])), Vec::<Thing>::new().into());
    assert!(matches!(
        read(json!({"text": "a", "count": 1})),
        Input::Note(_)
    ));
    assert_eq!(read(json!(true)), Input::Unknown(json!(true)));
    assert_eq!(read(json!(1.5)), Input::Unknown(json!(1.5)));
    assert_eq!(
        read(json!(u64::MAX)),
        Input::Unknown(json!(u64::MAX)),
        "what does not fit the variant is kept"
    );
}

#[test]
fn open_enums_keep_other_values() {
    let marks = json!(["good", "bad", "ugly"]);
    assert_eq!(round_trip::<Vec<Mark>>(&marks), marks);
    assert_eq!(Mark::from("ugly"), Mark::Other("ugly".to_owned()));
    assert_eq!(Mark::from("good".to_owned()), Mark::Good);
    assert_eq!(Mark::Bad.to_string(), "bad");
}

#[test]
fn setters_take_what_converts() {
    let note = Note::new("a", 1).author("me").marks(["good", "odd"]);
    assert_eq!(
        note.marks,
        Some(vec![Mark::Good, Mark::Other("odd".into())])
    );
    assert_eq!(
        serde_json::to_value(Empty::default()).unwrap(),
        json!({"type": "empty"})
    );
}
