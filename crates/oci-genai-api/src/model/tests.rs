//! Tests of the macros with small types.

#![allow(unreachable_pub, reason = "the macros write public items")]

use serde_json::{Value, json};

use super::{Extra, Tolerant, Unknown};

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
        constants { type_: "type" = "note"; object: "object" = "item"; }
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
        constants { type_: "type" = "empty"; }
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
fn a_set_field_overrides_a_recorded_null() {
    let mut note: Note = serde_json::from_value(json!({
        "text": "a", "count": 1, "marks": null,
    }))
    .unwrap();
    assert!(note.extra.is_null("marks"));
    note.marks = Some(vec![Mark::Good]);
    assert_eq!(
        serde_json::to_value(&note).unwrap(),
        json!({"text": "a", "count": 1, "marks": ["good"]}),
        "what was absent stays absent",
    );
}

#[test]
fn a_constant_with_another_value_is_kept_and_reported() {
    let note = json!({"type": "other", "object": 5, "text": "a", "count": 1, "author": "b"});
    let read: Note = serde_json::from_value(note.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), note);
    assert_eq!(
        found(&read),
        ["/type has another value", "/object is a number"]
    );
}

#[test]
fn a_constant_is_written_for_new_objects_but_not_added_to_read_ones() {
    let made = serde_json::to_value(Note::new("a", 1)).unwrap();
    assert_eq!(
        made,
        json!({"type": "note", "object": "item", "text": "a", "count": 1, "author": null})
    );
    let read = json!({"text": "a", "count": 1});
    assert_eq!(round_trip::<Note>(&read), read);
}

/// Returns the defects as displayed.
fn found(value: &impl Tolerant) -> Vec<String> {
    value.defects().iter().map(ToString::to_string).collect()
}

#[test]
fn members_of_another_type_are_kept_and_reported() {
    for (note, defects) in [
        (
            json!({"text": null, "count": "many", "author": 5, "marks": {"a": 1}}),
            vec![
                "/text is null",
                "/count is a string",
                "/author is a number",
                "/marks is an object",
            ],
        ),
        (
            json!({"author": null, "marks": ["good", 3]}),
            vec!["/text is missing", "/count is missing", "/marks is a list"],
        ),
        (
            json!({"text": "a", "count": 1.5, "author": null}),
            vec!["/count is a number"],
        ),
    ] {
        let mut whole = note.clone();
        whole["type"] = "note".into();
        whole["object"] = "item".into();
        let mut read: Note = serde_json::from_value(whole.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), whole);
        assert_eq!(found(&read), defects, "{note}");
        read.make_valid();
        assert_eq!(found(&read), Vec::<String>::new());
    }
}

#[test]
fn a_set_field_overrides_the_read_value() {
    let mut note: Note =
        serde_json::from_value(json!({"count": "many", "author": 5, "marks": 3})).unwrap();
    note.text = "b".into();
    note.count = 4;
    note.author = Some("me".into());
    note.marks = Some(vec![Mark::Good]);
    assert_eq!(
        serde_json::to_value(&note).unwrap(),
        json!({"text": "b", "count": 4, "author": "me", "marks": ["good"]})
    );
}

#[test]
fn tags_are_found_at_any_position() {
    let first = r#"{"type":"note","object":"item","author":null,"text":"a","count":2.0}"#;
    let last = r#"{"object":"item","author":null,"text":"a","count":2,"type":"note"}"#;
    let expected = Thing::from(Note::new("a", 2));
    assert_eq!(serde_json::from_str::<Thing>(first).unwrap(), expected);
    assert_eq!(serde_json::from_str::<Thing>(last).unwrap(), expected);
}

#[test]
fn members_before_a_tag_are_kept() {
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
fn values_with_unknown_or_no_tag_are_kept() {
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
fn a_known_tag_selects_the_variant_despite_defects() {
    let text = r#"[{"count":2,"type":"note","object":"item","author":null},{"type":"note"}]"#;
    let read: Input = serde_json::from_str(text).unwrap();
    let Input::Things(things) = &read else {
        panic!("{read:?}")
    };
    assert!(
        things.iter().all(|thing| matches!(thing, Thing::Note(_))),
        "{things:?}"
    );
    assert_eq!(
        found(&read),
        [
            "/0/text is missing",
            "/1/object is missing",
            "/1/text is missing",
            "/1/count is missing",
            "/1/author is missing",
        ]
    );
}

#[test]
fn values_that_fit_no_variant_are_converted_when_made_valid() {
    let sent = |value: Value| {
        let mut read: Input = serde_json::from_value(value).unwrap();
        read.make_valid();
        serde_json::to_value(&read).unwrap()
    };
    assert_eq!(sent(json!(true)), json!(""));
    assert_eq!(
        sent(json!([{"type": "empty"}, 3, {"no": "tag"}])),
        json!([{"type": "empty"}])
    );
    assert_eq!(sent(json!([{"type": "later"}])), json!([{"type": "later"}]));
}

#[test]
fn the_json_type_selects_the_variant() {
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
fn setters_accept_convertible_values() {
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

#[derive(Clone, Debug, PartialEq)]
struct Counter {
    value: u64,
    extra: Extra,
}

object! {
    Counter {
        constants { }
        required { uint value: u64 = "value"; }
        nullable { }
        optional { }
    }
}

#[test]
fn whole_numbers_without_a_sign_have_all_64_bits() {
    for (json, value) in [
        ("18446744073709551615", Some(u64::MAX)),
        ("0", Some(0)),
        ("7.0", Some(7)),
        ("-1", None),
        ("0.5", None),
        ("18446744073709551616", None),
        ("null", None),
    ] {
        let text = format!(r#"{{"value":{json}}}"#);
        let counter: Counter = serde_json::from_str(&text).unwrap();
        let fits = counter.defects().is_empty();
        assert_eq!(fits.then_some(counter.value), value, "{json}");
    }
    let counter: Counter = serde_json::from_str(r#"{"value":"18446744073709551615"}"#).unwrap();
    assert_eq!(counter.into_valid(), Counter::new(u64::MAX));
}

impl Counter {
    fn into_valid(mut self) -> Self {
        self.make_valid();
        self
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Vectors {
    Count(u64),
    One(Vec<f64>),
    Many(Vec<Vec<f64>>),
    Unknown(Value),
}

union! {
    Vectors: Value {
        variants { Count One Many }
        kinds { unsigned Count: u64; list0 One: Vec<f64>; list1 Many: Vec<Vec<f64>>; }
        tagged "" { }
        objects { }
        from { }
    }
}

#[test]
fn lists_of_several_types_are_distinguished() {
    for (json, expected) in [
        ("[]", Vectors::One(vec![])),
        ("[1,0.5]", Vectors::One(vec![1.0, 0.5])),
        ("[[1],[]]", Vectors::Many(vec![vec![1.0], vec![]])),
        ("[1,[2]]", Vectors::Unknown(json!([1, [2]]))),
        ("18446744073709551615", Vectors::Count(u64::MAX)),
        ("-1", Vectors::Unknown(json!(-1))),
    ] {
        let read: Vectors = serde_json::from_str(json).unwrap();
        assert_eq!(read, expected, "{json}");
    }
}
