//! Answers and events to start from, and what they are made of.

use serde_json::{Value, json};

/// Responses, events, lists, conversations and items.
pub fn answers() -> Vec<Vec<u8>> {
    let items = items();
    let mut answers = vec![
        response(&items),
        json!({"object": "list", "data": items, "first_id": "msg_1", "last_id": "msg_2", "has_more": false}),
        json!({"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {"a": "b"}}),
        json!({"error": {"message": "no", "type": "server_error", "param": null, "code": null}}),
        json!("text"),
        json!([]),
        json!(null),
    ];
    answers.extend(events());
    answers.extend(items);
    let mut bytes: Vec<Vec<u8>> = answers
        .iter()
        .map(|answer| answer.to_string().into_bytes())
        .collect();
    // What is almost JSON.
    bytes.extend(
        [
            "\u{feff}{\"output\":[]}\n\ndata: [DONE]\n\n",
            r#"{"type":"response.output_text.delta","delta":"half \ud83d"}"#,
            r#"{"type":"reasoning","summary":[{"text":"\ude00"}],"n":[NaN,-Infinity,1e999]}"#,
            "{\"output\":[\"a\tline\nbreak\"]}",
        ]
        .map(|text| text.as_bytes().to_vec()),
    );
    bytes
}

fn response(items: &[Value]) -> Value {
    json!({
        "id": "resp_1", "object": "response", "created_at": 1.5, "model": "m", "status": "completed",
        "output": items, "error": null, "incomplete_details": {"reason": "max_output_tokens"},
        "instructions": null, "metadata": {"a": "b"}, "parallel_tool_calls": true,
        "temperature": 1.0, "top_p": null, "tool_choice": {"type": "function", "name": "now"},
        "tools": [
            {"type": "function", "name": "now", "parameters": {"type": "object"}, "strict": true},
            {"type": "file_search", "vector_store_ids": ["vs_1"], "filters": {"type": "eq", "key": "a", "value": 1}},
            {"type": "mcp", "server_label": "l", "server_url": "https://x.example", "allowed_tools": ["a"], "require_approval": "never"},
            {"type": "code_interpreter", "container": {"type": "auto"}},
        ],
        "text": {"format": {"type": "json_schema", "name": "n", "schema": {}, "strict": true}},
        "reasoning": {"effort": "low", "summary": "auto"},
        "usage": {
            "input_tokens": 1, "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 2, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 3,
        },
    })
}

fn part() -> Value {
    json!({
        "type": "output_text", "text": "Hi",
        "annotations": [
            {"type": "url_citation", "url": "https://x.example", "title": "t", "start_index": 0, "end_index": 1},
            {"type": "file_citation", "file_id": "file_1", "filename": "f", "index": 0},
        ],
        "logprobs": [{"token": "H", "logprob": -0.5, "bytes": [72], "top_logprobs": []}],
    })
}

fn items() -> Vec<Value> {
    vec![
        json!({"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part()]}),
        json!({"type": "message", "id": "msg_2", "role": "user", "content": [
            {"type": "input_text", "text": "a"},
            {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "auto"},
            {"type": "input_file", "file_id": "file_1"},
            {"type": "refusal", "refusal": "no"},
            {"type": "text", "text": "b"},
        ]}),
        json!({"role": "assistant", "content": "Hi"}),
        json!({"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "now", "arguments": "{}", "status": "completed"}),
        json!({"type": "function_call_output", "call_id": "call_1", "output": "12:00"}),
        json!({"type": "function_call_output", "call_id": "call_1", "output": [{"type": "input_text", "text": "a"}]}),
        json!({"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}],
            "content": [{"type": "reasoning_text", "text": "hm"}], "encrypted_content": null}),
        json!({"type": "item_reference", "id": "msg_1"}),
        json!({"type": "file_search_call", "id": "fs_1", "status": "completed", "queries": ["q"],
            "results": [{"file_id": "file_1", "score": 0.5, "attributes": {"a": 1}}]}),
        json!({"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}}),
        json!({"type": "code_interpreter_call", "id": "ci_1", "status": "completed", "container_id": "c", "code": "1",
            "outputs": [{"type": "logs", "logs": "1"}, {"type": "image", "url": "https://x.example"}]}),
        json!({"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": null}),
        json!({"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "l", "tools": [{"name": "a", "input_schema": {}}], "error": null}),
        json!({"type": "mcp_call", "id": "mcp_1", "server_label": "l", "name": "a", "arguments": "{}", "output": null, "error": {"type": "x"}}),
        json!({"type": "mcp_approval_request", "id": "mcpr_1", "server_label": "l", "name": "a", "arguments": "{}"}),
        json!({"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_2", "name": "a", "input": "x"}),
        json!({"type": "compaction", "id": "cmp_1", "encrypted_content": "x"}),
        json!({"type": "of_tomorrow", "id": "x", "later": [1]}),
    ]
}

fn events() -> Vec<Value> {
    let item = &items()[0];
    let response = response(&[]);
    vec![
        json!({"type": "response.created", "sequence_number": 0, "response": response}),
        json!({"type": "response.completed", "sequence_number": 9, "response": response}),
        json!({"type": "response.failed", "response": {"id": "resp_1", "status": "failed", "error": {"code": 429, "message": "no"}}}),
        json!({"type": "response.output_item.added", "sequence_number": 1, "output_index": 0, "item": item}),
        json!({"type": "response.output_item.done", "sequence_number": 5, "output_index": 0, "item": item}),
        json!({"type": "response.content_part.added", "sequence_number": 2, "item_id": "msg_1", "output_index": 0, "content_index": 0, "part": part()}),
        json!({"type": "response.output_text.delta", "sequence_number": 3, "item_id": "msg_1", "output_index": 0, "content_index": 0,
            "delta": "Hi", "logprobs": [{"token": "H", "logprob": -0.5, "top_logprobs": [{"token": "H", "logprob": -0.5}]}]}),
        json!({"type": "response.output_text.done", "sequence_number": 4, "item_id": "msg_1", "output_index": 0, "content_index": 0, "text": "Hi", "logprobs": []}),
        json!({"type": "response.output_text.annotation.added", "sequence_number": 4, "item_id": "msg_1", "output_index": 0, "content_index": 0,
            "annotation_index": 0, "annotation": {"type": "file_path", "file_id": "file_1", "index": 0}}),
        json!({"type": "response.function_call_arguments.delta", "sequence_number": 3, "item_id": "fc_1", "output_index": 0, "delta": "{}"}),
        json!({"type": "response.mcp_call.completed", "sequence_number": 3, "item_id": "mcp_1", "output_index": 0}),
        json!({"type": "error", "sequence_number": 3, "code": "server_error", "message": "no", "param": null}),
        json!({"type": "response.of_tomorrow", "sequence_number": 3}),
    ]
}

/// What answers are made of.
pub fn pieces() -> Vec<Vec<u8>> {
    let pieces = [
        "null",
        "true",
        "0",
        "-1",
        "1.5",
        "18446744073709551615",
        "9223372036854775808",
        "1e300",
        "NaN",
        "-Infinity",
        "[]",
        "{}",
        "\"\"",
        "\"text\"",
        "\"7\"",
        "\"0.5\"",
        "[null]",
        "[{}]",
        "{\"type\":null}",
        "{\"type\":\"text\",\"text\":\"Hi\"}",
        "\"type\":",
        "\"type\":\"message\",",
        "\"type\":\"function_call\",",
        "\"type\":\"reasoning\",",
        "\"object\":\"response\",",
        "\"status\":",
        "\"role\":",
        "\"id\":",
        "\"content\":",
        "\"output\":",
        "\"data\":",
        "\"arguments\":{\"a\":1},",
        "\"text\":",
        "\"delta\":",
        "\"item\":",
        "\"response\":",
        "\"usage\":",
        "\"error\":",
        "\"output_index\":",
        "\"sequence_number\":",
        "\"x\":1,",
        "\\ud83d",
        "\\ude00",
        "\\u0000",
        "\\",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\u{feff}",
        "\u{0}",
        "\u{1F600}",
        "data: [DONE]",
        "\n\n",
    ];
    let mut bytes: Vec<Vec<u8>> = pieces.map(|piece| piece.as_bytes().to_vec()).to_vec();
    bytes.push(vec![0xFF]);
    bytes.push(vec![0xED, 0xA0, 0xBD]);
    bytes.extend(items().iter().map(|item| item.to_string().into_bytes()));
    bytes
}
