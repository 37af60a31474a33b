"""What a schema cannot say: which ids exist, and which members go together.

Only requests that are meant to be valid are changed here: they name a conversation, a response and an item that
are there, and keep to the rules that the service has beside its schema. Requests that are meant to be invalid
go out as they were made.
"""

import os

import requests
import schemathesis
from schemathesis.generation.modes import GenerationMode

URL = os.environ["EMULATOR_URL"]
HEADERS = {
    "authorization": f"Bearer {os.environ['EMULATOR_KEY']}",
    "openai-project": os.environ["EMULATOR_PROJECT"],
}
# A call needs its output and an output its call, and a reference an item that is there.
LINKED = {
    "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output", "item_reference",
    "mcp_approval_request", "mcp_approval_response",
}


def post(path, body):
    answer = requests.post(URL + path, json=body, headers=HEADERS, timeout=60)
    answer.raise_for_status()
    return answer.json()


def a_conversation():
    """A conversation with one item: both ids."""
    conversation = post("/conversations", {"items": [{"role": "user", "content": "x"}]})["id"]
    items = requests.get(f"{URL}/conversations/{conversation}/items", headers=HEADERS, timeout=60).json()
    return conversation, items["data"][0]["id"]


def a_response(background=False):
    return post("/responses", {"model": "m", "input": "x", "background": background})["id"]


def valid(case):
    return case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE


@schemathesis.hook
def before_call(context, case, **kwargs):
    if not valid(case):
        return
    path = case.path_parameters or {}
    if "conversation_id" in path and not str(path["conversation_id"]).startswith("conv_"):
        path["conversation_id"], item = a_conversation()
        if "item_id" in path:
            path["item_id"] = item
    if "response_id" in path and not str(path["response_id"]).startswith("resp_"):
        path["response_id"] = a_response(background="cancel" in case.path)
    # Any text is a valid cursor to the schema; to the service it is the id of an item of the list.
    if case.query:
        case.query.pop("after", None)
    if isinstance(case.body, dict):
        keep_the_rules(case.body)


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
    for name in ("input", "items"):
        if isinstance(body.get(name), list):
            body[name] = unlinked(body[name])


def unlinked(items):
    """The items that stand alone, each with an id of its own."""
    kept = []
    for item in items:
        is_message = "type" not in item and "role" in item
        if is_message or ("type" in item and item["type"] not in LINKED):
            kept.append({name: value for name, value in item.items() if name != "id" or "type" not in item})
    return kept
