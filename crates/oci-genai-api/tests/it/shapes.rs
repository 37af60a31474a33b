//! Tests of the generated types with data that the service is known to send.

use oci_genai_api::types::{
    ContentPart, Conversation, CreateConversation, CreateResponse, FunctionTool, Input, Item,
    McpTool, Message, MessageContent, Role, StreamEvent, UpdateConversation,
};
use serde_json::{Value, json};

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_str(&value.to_string()).unwrap()
}

fn write(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

#[test]
fn a_request_is_built_with_setters() {
    let request = CreateResponse::new()
        .model("openai.gpt-oss-120b")
        .input("Give me three ideas for a team offsite.")
        .metadata([("topic", "offsite")])
        .tools([FunctionTool::new("weather")])
        .temperature(0.5)
        .max_output_tokens(100);
    assert_eq!(
        write(&request),
        json!({
            "model": "openai.gpt-oss-120b",
            "input": "Give me three ideas for a team offsite.",
            "metadata": {"topic": "offsite"},
            "tools": [write(&FunctionTool::new("weather"))],
            "temperature": 0.5,
            "max_output_tokens": 100,
        })
    );
}

#[test]
fn text_and_lists_convert_to_input() {
    assert_eq!(Input::from("hello"), Input::Text("hello".into()));
    let items = vec![Item::from(Message::new(Role::User, "hello"))];
    assert_eq!(
        write(&CreateResponse::new().input(items)),
        json!({"input": [{"type": "message", "role": "user", "content": "hello"}]})
    );
}

#[test]
fn null_and_absent_differ_where_the_api_distinguishes_them() {
    let mut change = UpdateConversation::new();
    assert_eq!(write(&change), json!({"metadata": null}));
    change = change.metadata([("a", "b")]);
    assert_eq!(write(&change), json!({"metadata": {"a": "b"}}));

    let mut create = CreateConversation::new();
    assert_eq!(write(&create), json!({}));
    create.extra.set_null("metadata");
    assert_eq!(write(&create), json!({"metadata": null}));
}

#[test]
fn an_object_with_another_object_name_is_read() {
    let value =
        json!({"object": "conversation.v2", "id": "conv_1", "created_at": 1, "owner": "me"});
    let conversation: Conversation = read(value.clone());
    assert_eq!(conversation.id, "conv_1");
    assert_eq!(conversation.extra.get("owner"), Some(&json!("me")));
    assert_eq!(write(&conversation), value);
}

#[test]
fn an_unknown_event_does_not_end_the_stream() {
    let value = json!({"type": "response.smell.delta", "delta": "roses", "sequence_number": 3});
    match read::<StreamEvent>(value.clone()) {
        StreamEvent::Unknown(event) => {
            assert_eq!(event.tag(), Some("response.smell.delta"));
            assert_eq!(event.as_value(), &value);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_delta_is_read_with_any_order_of_members() {
    for text in [
        r#"{"type":"response.output_text.delta","item_id":"m","output_index":0,"content_index":0,"delta":"Hi","sequence_number":4,"logprobs":[]}"#,
        r#"{"sequence_number":4,"delta":"Hi","item_id":"m","output_index":0,"content_index":0,"logprobs":[],"type":"response.output_text.delta"}"#,
    ] {
        match serde_json::from_str::<StreamEvent>(text).unwrap() {
            StreamEvent::OutputTextDelta(event) => assert_eq!(event.delta, "Hi"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn output_goes_back_as_input_unchanged() {
    let output = json!({
        "type": "message", "id": "msg_1", "status": "completed", "role": "assistant",
        "content": [
            {"type": "output_text", "text": "Hi", "annotations": [], "mood": "good"},
            {"type": "hologram", "data": "…"},
        ],
    });
    let item: Item = read(output.clone());
    let Item::Message(message) = &item else {
        panic!("{item:?}");
    };
    let MessageContent::Parts(parts) = &message.content else {
        panic!("{message:?}");
    };
    assert!(matches!(parts[0], ContentPart::OutputText(_)));
    assert!(matches!(parts[1], ContentPart::Unknown(_)));
    assert_eq!(
        write(&CreateResponse::new().input(vec![item])),
        json!({"input": [output]})
    );
}

#[test]
fn secrets_are_sent_and_never_shown() {
    let tool = McpTool::new("files")
        .authorization("oauth-token")
        .headers([("x-api-key", "header-secret")]);
    let shown = format!("{tool:?}");
    assert!(
        !shown.contains("oauth-token") && !shown.contains("header-secret"),
        "{shown}"
    );
    let value = write(&tool);
    assert_eq!(value["authorization"], "oauth-token");
    assert_eq!(value["headers"]["x-api-key"], "header-secret");
}
