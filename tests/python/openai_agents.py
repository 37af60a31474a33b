"""Runs OpenAI's agents package over its conversations session.

Exits non-zero at the first failed check.

usage: openai_agents.py BASE_URL API_KEY PROJECT OCI_CONFIG_FILE
"""

import asyncio
import sys

from agents import (
    Agent,
    OpenAIConversationsSession,
    OpenAIResponsesModel,
    RunConfig,
    Runner,
    function_tool,
)
from openai import AsyncOpenAI

base_url, api_key, project = sys.argv[1:4]
client = AsyncOpenAI(base_url=base_url, api_key=api_key, project=project, max_retries=0, timeout=60)
MODEL = "openai.gpt-oss-120b"
QUIET = RunConfig(tracing_disabled=True)
called = []


def check(holds, what):
    if not holds:
        sys.exit(f"FAILED: {what}")
    print(f"ok: {what}")


@function_tool
def weather(city: str) -> str:
    """The weather of a city."""
    called.append(city)
    return f"rain in {city}"


async def main():
    agent = Agent(
        name="planner",
        instructions="Plan the offsite.",
        model=OpenAIResponsesModel(model=MODEL, openai_client=client),
        tools=[weather],
    )
    session = OpenAIConversationsSession(openai_client=client)

    first = await Runner.run(agent, "Give me three ideas.", session=session, run_config=QUIET)
    check(first.final_output == 'I can see no earlier messages. You just said: "Give me three ideas.".',
          "the first turn has no history")
    conversation = session.session_id
    check(conversation.startswith("conv_"), "the session is a conversation of the service")

    second = await Runner.run(agent, 'call:weather {"city": "Bergen"}', session=session, run_config=QUIET)
    check(called == ["Bergen"], "the second turn calls the tool once")
    check(second.final_output == "weather returned: rain in Bergen", "the final output is the tool's output")

    streamed = Runner.run_streamed(agent, "Make the second idea cheaper.", session=session, run_config=QUIET)
    deltas = ""
    async for event in streamed.stream_events():
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
            deltas += event.data.delta
    check(streamed.final_output == deltas, "the deltas of the third turn add up to its output")
    check("I can see 4 earlier messages." in deltas and 'The first was: "Give me three ideas."' in deltas,
          "the third turn sees the two before it")

    items = await session.get_items()
    kinds = [item.get("type", "message") for item in items]
    check(kinds == ["message", "message", "message", "function_call", "function_call_output",
                    "message", "message", "message"], f"the conversation holds each item once, in order ({kinds})")
    check(len(await session.get_items(limit=2)) == 2, "a part of the history can be read")

    last = await session.pop_item()
    check(last["role"] == "assistant", "the last output can be removed")
    again = await Runner.run(agent, "recall:", session=OpenAIConversationsSession(
        conversation_id=conversation, openai_client=client), run_config=QUIET)
    check(again.final_output.splitlines()[0] == "Give me three ideas.", "another session object has the same history")

    await session.clear_session()
    gone = OpenAIConversationsSession(conversation_id=conversation, openai_client=client)
    try:
        await gone.get_items()
    except Exception as error:  # the client may use any exception class
        check(getattr(error, "status_code", None) == 404, "a cleared session's conversation is gone")
    else:
        check(False, "a cleared session's conversation is gone")
    print("all checks passed")


asyncio.run(main())
