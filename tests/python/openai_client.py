"""Tests a server with OpenAI's own Python client; exits non-zero at the first failed check.

usage: openai_client.py BASE_URL API_KEY PROJECT OCI_CONFIG_FILE
"""

import sys

import openai
from openai import OpenAI
from pydantic import BaseModel

base_url, api_key, project = sys.argv[1:4]
client = OpenAI(base_url=base_url, api_key=api_key, project=project, max_retries=0, timeout=60)
MODEL = "openai.gpt-oss-120b"


def check(holds, what):
    if not holds:
        sys.exit(f"FAILED: {what}")
    print(f"ok: {what}")


def rejected(status, call, what):
    try:
        call()
    except openai.APIStatusError as error:
        check(error.status_code == status, f"{what} is {status} (got {error.status_code})")
        check(bool(error.message), f"the error for {what} has a message")
    else:
        check(False, f"{what} is rejected")


conversation = client.conversations.create(
    metadata={"topic": "offsite"},
    items=[{"type": "message", "role": "user", "content": "Remember the number seven."}],
)
check(conversation.id.startswith("conv_"), "a conversation has an id")
check(conversation.metadata["topic"] == "offsite", "a conversation keeps its metadata")

same = client.conversations.retrieve(conversation.id)
check(same.id == conversation.id, "a conversation is found by its id")

changed = client.conversations.update(conversation.id, metadata={"topic": "budget"})
check(changed.metadata["topic"] == "budget", "metadata can be changed")

first = client.responses.create(
    model=MODEL, conversation=conversation.id, input="Give me three ideas for a team offsite."
)
check(first.status == "completed", "a response completes")
check(first.conversation.id == conversation.id, "a response names its conversation")
check("Remember the number seven." in first.output_text, "the first turn sees the seeded item")
check(first.usage.total_tokens == first.usage.input_tokens + first.usage.output_tokens, "usage adds up")

text, kinds, numbers, final = "", [], [], None
with client.responses.create(
    model=MODEL,
    conversation=conversation.id,
    input="Make the second idea more budget friendly.",
    stream=True,
) as stream:
    for event in stream:
        kinds.append(event.type)
        numbers.append(event.sequence_number)
        if event.type == "response.output_text.delta":
            text += event.delta
        if event.type == "response.completed":
            final = event.response
check(kinds[0] == "response.created" and kinds[-1] == "response.completed", "a stream begins and ends")
for kind in ("response.in_progress", "response.output_item.added", "response.content_part.added",
             "response.output_text.done", "response.content_part.done", "response.output_item.done"):
    check(kind in kinds, f"a stream has {kind}")
check(numbers == list(range(len(numbers))), "sequence numbers rise from 0 by 1")
check(final is not None and final.output_text == text, "the deltas add up to the final text")
check("3 earlier messages" in text and "Remember the number seven." in text, "the second turn sees the history")

items = list(client.conversations.items.list(conversation.id, order="asc", limit=2))
check(len(items) == 5, "paging returns all items")
check(all(item.id for item in items), "every item has an id")
check(items[2].id == first.output[0].id, "items carry the ids of the response's output")
newest = client.conversations.items.list(conversation.id)
check(newest.data[0].id == items[-1].id, "lists begin with the newest item by default")
one = client.conversations.items.retrieve(items[0].id, conversation_id=conversation.id)
check(one.id == items[0].id, "one item is found by its id")
added = client.conversations.items.create(
    conversation.id, items=[{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "One more."}]}]
)
check(len(added.data) == 1, "an item can be added")
client.conversations.items.delete(added.data[0].id, conversation_id=conversation.id)
check(len(list(client.conversations.items.list(conversation.id))) == 5, "an item can be deleted")

stored = client.responses.retrieve(first.id)
check(stored.output_text == first.output_text, "a stored response is found by its id")
inputs = list(client.responses.input_items.list(first.id))
check(len(inputs) >= 1, "a response's input can be listed")
chained = client.responses.create(model=MODEL, previous_response_id=first.id, input="And then?")
check('You just said: "And then?"' in chained.output_text, "a response can follow another")
client.responses.delete(first.id)
rejected(404, lambda: client.responses.retrieve(first.id), "a deleted response")
unstored = client.responses.create(model=MODEL, input="Forget this.", store=False)
rejected(404, lambda: client.responses.retrieve(unstored.id), "a response that was not stored")

check(len(list(client.responses.input_items.list(chained.id, limit=1, order="asc"))) >= 1, "a response's input is paged")
counted = client.responses.input_tokens.count(model=MODEL, input="one two three")
check(counted.input_tokens > 0, "input tokens are counted")
compacted = client.responses.compact(model=MODEL, input=[{"role": "user", "content": "a long story"}])
check(len(compacted.output) >= 1, "a history can be compacted")


class Idea(BaseModel):
    title: str
    cost: int
    tags: list[str]


shaped = client.responses.parse(model=MODEL, input="x", text_format=Idea)
check(isinstance(shaped.output_parsed, Idea), "structured output is parsed")

TOOLS = [{"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {}}, "strict": False}]
called = client.responses.create(model=MODEL, input='call:weather {"city":"Berlin"}', tools=TOOLS)
call = called.output[-1]
check(call.type == "function_call" and call.name == "weather", "an offered function is called")
answered = client.responses.create(
    model=MODEL, tools=TOOLS, previous_response_id=called.id,
    input=[{"type": "function_call_output", "call_id": call.call_id, "output": "rain"}],
)
check(answered.output_text == "weather returned: rain", "the model reads the function's output")
with client.responses.stream(model=MODEL, input='call:weather {"city":"Oslo"}', tools=TOOLS) as stream:
    arguments = "".join(event.delta for event in stream if event.type == "response.function_call_arguments.delta")
    check(stream.get_final_response().output[-1].arguments == arguments, "a call's arguments are streamed")
reasoned = client.responses.create(model=MODEL, input="x", reasoning={"effort": "low", "summary": "detailed"})
check(reasoned.output[0].type == "reasoning", "reasoning is returned on request")

queued = client.responses.create(model=MODEL, input="slow:60000 x", background=True)
check(queued.status in ("queued", "in_progress"), "a background response is queued")
check(client.responses.retrieve(queued.id).status in ("queued", "in_progress"), "a background response is found while it runs")
check(client.responses.cancel(queued.id).status == "cancelled", "a background response is canceled")
check(client.responses.cancel(queued.id).status == "cancelled", "cancelling it again is harmless")
begun = client.responses.create(model=MODEL, input="count:20", background=True, stream=True)
for event in begun:
    if event.type == "response.created":
        running = event.response.id
    if event.sequence_number == 5:
        break
rest = list(client.responses.retrieve(running, stream=True, starting_after=5))
check(rest[0].sequence_number == 6 and rest[-1].type == "response.completed", "a broken stream resumes at the next event")

rejected(404, lambda: client.conversations.retrieve("conv_ord_absent"), "an unknown conversation")
rejected(404, lambda: client.responses.create(model=MODEL, input="x", conversation="conv_none", stream=True),
        "a stream in no conversation")
rejected(400, lambda: client.conversations.items.list(conversation.id, after="msg_none"), "an unknown cursor")
rejected(400, lambda: client.conversations.items.list(conversation.id, limit=101), "a limit above 100")
rejected(400, lambda: client.responses.create(model=MODEL, input="hi", user="someone"), "the user field")
rejected(401, lambda: OpenAI(base_url=base_url, api_key="sk-wrong", project=project, max_retries=0)
        .conversations.retrieve(conversation.id), "a wrong API key")
rejected(400, lambda: OpenAI(base_url=base_url, api_key=api_key, project="ocid1.generativeaiproject.oc1..none", max_retries=0)
        .conversations.create(), "an unknown project")

client.conversations.delete(conversation.id)
rejected(404, lambda: client.conversations.retrieve(conversation.id), "a deleted conversation")
print("all checks passed")
