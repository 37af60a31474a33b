"""Validates every body and event of a server with the types of the Open Responses standard.

The package openresponses-types generates the types from the standard's document. The cases are this
project's own: a turn, a stream, roles, tools with every tool_choice, images, files, several turns,
previous responses, and compaction.

usage: open_responses.py BASE_URL API_KEY PROJECT OCI_CONFIG_FILE
"""

import collections
import enum
import json
import pathlib
import sys
import typing

import openresponses_types
import pydantic
import requests
from openresponses_types import types

base_url, api_key, project = sys.argv[1:4]
MODEL = "openai.gpt-oss-120b"
PIXEL = ("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
         "rkJggg==")
FILE = "data:text/plain;base64,VGhlIG9mZnNpdGUgaXMgaW4gQmVyZ2VuLg=="
WEATHER = {
    "type": "function",
    "name": "weather",
    "description": "The weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}
bodies, events, failures, log = collections.Counter(), collections.Counter(), [], []
http = requests.Session()
http.headers.update({"Authorization": f"Bearer {api_key}", "OpenAI-Project": project})


def tag(kind):
    """Returns the `type` of an event's class."""
    mark = kind.model_fields["type"].annotation
    values = list(mark) if isinstance(mark, type) and issubclass(mark, enum.Enum) else typing.get_args(mark)
    assert len(values) == 1, kind
    return getattr(values[0], "value", values[0])


EVENTS = {tag(kind): kind for name, kind in vars(types).items() if name.endswith("StreamingEvent")}


# The items of input and output, their types as input, and their statuses.
ITEMS = {"message", "function_call", "function_call_output", "reasoning", "compaction", "item_reference"}
PARAMS = {
    "user": types.UserMessageItemParam, "system": types.SystemMessageItemParam,
    "developer": types.DeveloperMessageItemParam, "assistant": types.AssistantMessageItemParam,
    "function_call": types.FunctionCallItemParam, "function_call_output": types.FunctionCallOutputItemParam,
    "reasoning": types.ReasoningItemParam, "compaction": types.CompactionSummaryItemParam,
    "item_reference": types.ItemReferenceParam,
}
STATUSES = {
    "message": types.MessageStatus, "function_call": types.FunctionCallStatus,
    "function_call_output": types.FunctionCallOutputStatusEnum,
}
# The document allows any text as a response's status. The standard's prose and its events name
# these.
RESPONSE_STATUSES = ["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]


def validate(kind, value, what):
    try:
        kind.model_validate(value)
    except pydantic.ValidationError as error:
        for fault in error.errors():
            failures.append(f"{what}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}")
        return False
    return True


def check(holds, what):
    if not holds:
        failures.append(what)


def send(path, body):
    return http.post(f"{base_url}{path}", json=body, stream=bool(body.get("stream")), timeout=60)


def respond(case, **body):
    """Requests a response and validates it."""
    answer = send("/responses", {"model": MODEL, **body})
    log.append(f"{case}: {answer.status_code}")
    check(answer.status_code == 200, f"{case}: status {answer.status_code}: {answer.text[:300]}")
    response = answer.json()
    if validate(types.ResponseResource, response, case):
        bodies["ResponseResource"] += 1
    check(response.get("status") == "completed", f"{case}: status {response.get('status')}")
    return response


def stream(case, **body):
    """Requests a stream, validates it, and returns its events and the response in the last one."""
    answer = send("/responses", {"model": MODEL, "stream": True, **body})
    check(answer.status_code == 200, f"{case}: status {answer.status_code}")
    kind = answer.headers.get("content-type", "")
    check(kind.startswith("text/event-stream"), f"{case}: content type {kind}")
    found, name, ended = [], None, False
    for line in answer.iter_lines(decode_unicode=True):
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line == "data: [DONE]":
            ended = True
        elif line.startswith("data: "):
            event = json.loads(line.removeprefix("data: "))
            check(not ended, f"{case}: an event after the end")
            check(name in (None, event["type"]), f"{case}: {name} holds a {event['type']}")
            known = EVENTS.get(event["type"])
            check(known, f"{case}: the standard knows no event {event['type']}")
            if known and validate(known, event, f"{case}: {event['type']}"):
                events[event["type"]] += 1
            found.append(event)
        elif line == "":
            name = None
    numbers = [event.get("sequence_number") for event in found]
    check(all(isinstance(number, int) for number in numbers) and numbers == sorted(set(numbers)),
          f"{case}: sequence numbers {numbers}")
    check(found and found[0]["type"] == "response.created", f"{case}: the first event is not response.created")
    check(found and found[-1]["type"] == "response.completed", f"{case}: the last event is not response.completed")
    last = found[-1].get("response", {}) if found else {}
    if validate(types.ResponseResource, last, f"{case}: the last event's response"):
        bodies["ResponseResource"] += 1
    return found, last


def message(role, *parts):
    kind = "output_text" if role == "assistant" else "input_text"
    content = [part if isinstance(part, dict) else {"type": kind, "text": part} for part in parts]
    return {"type": "message", "role": role, "content": content}


def text(response):
    parts = [part for item in response.get("output", []) if item["type"] == "message" for part in item["content"]]
    return "".join(part.get("text", "") for part in parts)


def calls(response):
    return [item for item in response.get("output", []) if item["type"] == "function_call"]


def fits(case, call):
    """Checks that a call names the function, and that its arguments fit the parameters."""
    arguments = json.loads(call["arguments"]) if call else {}
    check(call and call["name"] == "weather", f"{case}: no call of the function")
    check(isinstance(arguments.get("city"), str) and set(arguments) == {"city"}, f"{case}: arguments {arguments}")


def basic():
    check(text(respond("basic", input=[message("user", "Three ideas, please.")])), "basic: no text")


def a_text_as_input():
    check(text(respond("a text as input", input="Three ideas, please.", metadata={"topic": "offsite"},
                       temperature=0.5, top_p=0.9, max_output_tokens=200)), "a text as input: no text")


def streaming():
    found, last = stream("streaming", input=[message("user", "Count to three.")])
    deltas = "".join(event["delta"] for event in found if event["type"] == "response.output_text.delta")
    check(deltas and deltas == text(last), f"streaming: the deltas add up to {deltas!r}, not to {text(last)!r}")


def system_prompt():
    for role in ("system", "developer"):
        case = f"{role} prompt"
        check(text(respond(case, input=[message(role, "Speak like a pirate."), message("user", "Hello.")])),
              f"{case}: no text")
    check(text(respond("instructions", instructions="Speak like a pirate.", input="Hello.")), "instructions: no text")


def tool_calling():
    response = respond("tool calling", input='call:weather {"city": "Bergen"}', tools=[WEATHER])
    fits("tool calling", next(iter(calls(response)), None))
    # Members of a function that a request omits are null or have their effective value in the
    # response.
    respond("a bare function", input="Hello.", tools=[{"type": "function", "name": "now"}])


def forced_tool():
    response = respond("forced tool", input="Hello.", tools=[WEATHER], tool_choice={"type": "function", "name": "weather"})
    fits("forced tool", next(iter(calls(response)), None))
    check(response.get("tool_choice") == {"type": "function", "name": "weather"}, "forced tool: the response lacks tool_choice")


def required_tool():
    response = respond("required tool", input="Hello.", tools=[WEATHER], tool_choice="required")
    fits("required tool", next(iter(calls(response)), None))
    allowed = {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "weather"}]}
    response = respond("required of the allowed tools", input="Hello.", tools=[WEATHER], tool_choice=allowed)
    fits("required of the allowed tools", next(iter(calls(response)), None))


def no_tool():
    response = respond("no tool", input='call:weather {"city": "Bergen"}', tools=[WEATHER], tool_choice="none")
    check(not calls(response) and text(response), "no tool: the model called it")


def streamed_tool_call():
    for case, choice in (("streamed call", "auto"), ("streamed required call", "required")):
        found, last = stream(case, input='call:weather {"city": "Bergen"}', tools=[WEATHER], tool_choice=choice)
        call = next(iter(calls(last)), None)
        fits(case, call)
        deltas = "".join(event["delta"] for event in found if event["type"] == "response.function_call_arguments.delta")
        check(call and deltas == call["arguments"], f"{case}: the deltas add up to {deltas!r}")


def function_round_trip():
    input_items = [message("user", 'call:weather {"city": "Bergen"}')]
    call = next(iter(calls(respond("a call", input=input_items, tools=[WEATHER]))), None)
    fits("a call", call)
    if call:
        back = [*input_items, call, {"type": "function_call_output", "call_id": call["call_id"], "output": '{"rain": true}'}]
        check("rain" in text(respond("a call's output", input=back, tools=[WEATHER])), "a call's output: the model did not read it")
        check(text(respond("a forced call's output", input=back, tools=[WEATHER], tool_choice="required")),
              "a forced call's output: the model calls again")


def image_input():
    image = {"type": "input_image", "image_url": PIXEL, "detail": "auto"}
    check(text(respond("image input", input=[message("user", "What is this?", image)])), "image input: no text")


def file_input():
    file = {"type": "input_file", "filename": "offsite.txt", "file_data": FILE}
    check(text(respond("file input", input=[message("user", "What is this?", file)])), "file input: no text")


def several_turns():
    history = [message("user", "My name is Alice."), message("assistant", "Hello Alice."), message("user", "recall:")]
    check("Alice" in text(respond("several turns", input=history)), "several turns: the model does not see the first")


def previous_response():
    first = respond("a first response", input="My name is Alice.")
    second = respond("a second response", input="recall:", previous_response_id=first["id"])
    check(second.get("previous_response_id") == first["id"], "a second response: it does not name the first")
    check("Alice" in text(second), "a second response: the model does not see the first")


def output_as_input():
    first = respond("an output", input="My name is Alice.", reasoning={"effort": "low"}, store=False)
    check(any(item["type"] == "reasoning" for item in first.get("output", [])), "an output: no reasoning")
    back = [message("user", "My name is Alice."), *first.get("output", []), message("user", "And now?")]
    check(text(respond("an output as input", input=back)), "an output as input: no text")


def reasoning():
    stream("streamed reasoning", input="Think.", reasoning={"effort": "low", "summary": "auto"})


def structured_output():
    shape = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"],
             "additionalProperties": False}
    response = send("/responses", {"model": MODEL, "input": "An idea.", "text": {"format": {
        "type": "json_schema", "name": "idea", "strict": True, "schema": shape}}}).json()
    # The standard's document allows only null for the schema in a response.
    response["text"]["format"]["schema"] = None
    response["text"]["format"].setdefault("description", None)
    if validate(types.ResponseResource, response, "structured output"):
        bodies["ResponseResource"] += 1
    check(isinstance(json.loads(text(response)).get("title"), str), "structured output: no title")


def compact():
    answer = send("/responses/compact", {"model": MODEL, "input": [
        message("user", "My name is Alice."), message("assistant", "Hello Alice."), message("user", "And now?")]})
    check(answer.status_code == 200, f"compact: status {answer.status_code}: {answer.text[:300]}")
    compacted = answer.json()
    if validate(types.CompactResource, compacted, "compact"):
        bodies["CompactResource"] += 1
    check(any(item["type"] == "compaction" for item in compacted.get("output", [])), "compact: no compaction item")
    check(text(respond("after a compaction", input=[*compacted.get("output", []), message("user", "Hello.")])),
          "after a compaction: no text")


def corpus():
    """Checks that the test data of our client is valid and covers the whole document."""
    path = pathlib.Path(__file__).parent.parent.parent / "crates/oci-genai/tests/it/open_responses.json"
    written = json.loads(path.read_text())
    seen = {"item": set(), "event": set(), "status": set()}

    def look(kind, value, what):
        if isinstance(value, dict) and "response" in value:
            value = value | {"response": written["base"] | value["response"]}
        validate(kind, value, f"corpus: {what}")
        response = value.get("response", value)
        inner = [value.get("item") or value, *response.get("output", [])] if isinstance(response, dict) else []
        for item in inner:
            if isinstance(item, dict) and item.get("type") in ITEMS:
                seen["item"].add(item["type"])
                seen["status"].add((item["type"], item.get("status")))
        if isinstance(response, dict) and response.get("object") == "response":
            seen["status"].add(("response", response["status"]))

    for response in written["responses"]:
        look(types.ResponseResource, written["base"] | response, response["status"])
    for compaction in written["compactions"]:
        look(types.CompactResource, compaction, "compaction")
    for item in written["items"]:
        look(PARAMS[item.get("role") or item["type"]], item, f"input {item['type']}")
    for name, sequence in written["streams"].items():
        for event in sequence:
            seen["event"].add(event["type"])
            look(EVENTS[event["type"]], event, name)
    statuses = {(kind, status.value) for kind, states in STATUSES.items() for status in states}
    statuses |= {("response", status) for status in RESPONSE_STATUSES}
    for what, defined in (("item", ITEMS), ("event", set(EVENTS)), ("status", statuses)):
        check(defined <= seen[what], f"corpus: missing {what} {sorted(defined - seen[what])}")
    if not failures:
        print(f"ok: our client's test reads all {len(ITEMS)} items, {len(EVENTS)} events and {len(statuses)} statuses "
              "that the document defines")


CASES = [corpus, basic, a_text_as_input, streaming, system_prompt, tool_calling, forced_tool, required_tool, no_tool,
         streamed_tool_call, function_round_trip, image_input, file_input, several_turns, previous_response,
         output_as_input, reasoning, structured_output, compact]
for case in CASES:
    before = len(failures)
    case()
    if len(failures) == before:
        print(f"ok: {case.__name__.replace('_', ' ')}")
print(f"validated {sum(bodies.values())} bodies and {sum(events.values())} events of {len(events)} kinds with "
      f"openresponses-types {openresponses_types.__version__}")
if failures:
    for fault in failures:
        print(f"FAILED: {fault}")
    sys.exit(1)
print("all checks passed")
