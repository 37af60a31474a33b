"""Adds the rules that a schema cannot express: existing ids, and members that depend on each other.

Changes only requests that are meant to be valid. They then name a conversation, a response and an
item that exist, and follow the rules that the service has in addition to its schema. Requests that
are meant to be invalid are sent unchanged.
"""

import json
import os
import pathlib

import jsonschema
import requests
import schemathesis
from schemathesis.generation.modes import GenerationMode

URL = os.environ["EMULATOR_URL"]
HEADERS = {
    "authorization": f"Bearer {os.environ['EMULATOR_KEY']}",
    "openai-project": os.environ["EMULATOR_PROJECT"],
}
EVENTS = jsonschema.Draft202012Validator(
    json.loads(pathlib.Path(os.environ["CONTRACT"]).read_text()) | {"$ref": "#/components/schemas/StreamEvent"}
)
# A call needs its output, an output its call, and a reference an existing item.
LINKED = {
    "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output", "item_reference",
    "mcp_approval_request", "mcp_approval_response",
}

# Roles of input messages.
ROLES = {"user", "assistant", "system", "developer"}


def post(path, body):
    response = requests.post(URL + path, json=body, headers=HEADERS, timeout=60)
    response.raise_for_status()
    return response.json()


def a_conversation():
    """Creates a conversation with one item and returns both ids."""
    conversation = post("/conversations", {"items": [{"role": "user", "content": "x"}]})["id"]
    items = requests.get(f"{URL}/conversations/{conversation}/items", headers=HEADERS, timeout=60).json()
    return conversation, items["data"][0]["id"]


def a_response(background=False):
    return post("/responses", {"model": "m", "input": "x", "background": background})["id"]


def valid(case):
    return case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE


@schemathesis.check
def events_keep_the_contract(context, response, case):
    """Validates the data of each event; schemathesis checks only the event around it."""
    if "text/event-stream" not in response.headers.get("content-type", [""])[0]:
        return
    for line in response.text.splitlines():
        if line.startswith("data: ") and line != "data: [DONE]":
            problem = next(EVENTS.iter_errors(json.loads(line.removeprefix("data: "))), None)
            assert problem is None, f"{problem.json_path}: {problem.message[:200]}"


@schemathesis.hook
def before_call(context, case, **kwargs):
    # The service returns 404 for this one, as for an unknown path. Try another method instead.
    if case.method == "GET" and case.path == "/conversations":
        case.method = "PUT"
    if not valid(case):
        return
    path = case.path_parameters or {}
    if "conversation_id" in path and not str(path["conversation_id"]).startswith("conv_"):
        path["conversation_id"], item = a_conversation()
        if "item_id" in path:
            path["item_id"] = item
    if "response_id" in path and "cancel" in case.path:
        path["response_id"] = a_response(background=True)
    elif "response_id" in path and not str(path["response_id"]).startswith("resp_"):
        path["response_id"] = a_response()
    # The schema accepts any text as a cursor; the service accepts only the id of an item of the
    # list.
    if case.query:
        case.query.pop("after", None)
    if isinstance(case.body, dict):
        keep_the_rules(case.body)
        if case.path.startswith("/responses"):
            case.body["model"] = case.body.get("model") or "m"
            if all(case.body.get(name) is None for name in ("input", "prompt", "previous_response_id", "conversation")):
                case.body["input"] = "x"


def keep_the_rules(body):
    if body.get("conversation") is not None:
        body["conversation"] = a_conversation()[0]
        body.pop("previous_response_id", None)
    if body.get("previous_response_id") is not None:
        body["previous_response_id"] = a_response()
    if body.get("background"):
        body["store"] = True
    if "user" in body:
        del body["user"]
    if isinstance(body.get("max_tool_calls"), int):
        body["max_tool_calls"] = max(body["max_tool_calls"], 0)
    for tool in body.get("tools") or []:
        if tool.get("type") == "function":
            tool["name"] = tool.get("name") or "f"
    for name in ("input", "items"):
        if isinstance(body.get(name), list):
            body[name] = unlinked(body[name])


def unlinked(items):
    """Returns the items that do not depend on others, without ids."""
    kept = []
    for item in items:
        # A null counts as absent.
        kind = item.get("type")
        if (kind is None and item.get("role") is not None) or (kind is not None and kind not in LINKED):
            item = {name: value for name, value in item.items() if name != "id" or kind is None}
            # The other roles are roles of output messages.
            if kind in (None, "message") and item.get("role") not in ROLES:
                item["role"] = "user"
            kept.append(item)
    return kept
