// Tests a server with OpenAI's own JavaScript client; exits non-zero at the first failed check.
//
// usage: openai_client.mjs BASE_URL API_KEY PROJECT OCI_CONFIG_FILE

import OpenAI from "openai";

const [baseURL, apiKey, project] = process.argv.slice(2);
const options = { baseURL, apiKey, project, maxRetries: 0, timeout: 60_000 };
const client = new OpenAI(options);
const model = "openai.gpt-oss-120b";

function check(holds, what) {
  if (!holds) {
    console.error(`FAILED: ${what}`);
    process.exit(1);
  }
  console.log(`ok: ${what}`);
}

async function rejected(status, call, what) {
  try {
    await call();
  } catch (error) {
    check(error instanceof OpenAI.APIError && error.status === status, `${what} is ${status} (got ${error.status})`);
    check(error.message, `the error for ${what} has a message`);
    return;
  }
  check(false, `${what} is rejected`);
}

async function all(page) {
  const items = [];
  for await (const item of page) items.push(item);
  return items;
}

const conversation = await client.conversations.create({
  metadata: { topic: "offsite" },
  items: [{ type: "message", role: "user", content: "Remember the number seven." }],
});
check(conversation.id.startsWith("conv_") && conversation.metadata.topic === "offsite", "a conversation is created");
const same = await client.conversations.retrieve(conversation.id);
check(same.created_at === conversation.created_at, "a conversation is found by its id");
const changed = await client.conversations.update(conversation.id, { metadata: { topic: "budget" } });
check(changed.metadata.topic === "budget", "metadata can be changed");

const first = await client.responses.create({ model, conversation: conversation.id, input: "Three ideas, please." });
check(first.status === "completed" && first.conversation.id === conversation.id, "a response completes and names its conversation");
check(first.output_text.includes("Remember the number seven."), "the first turn sees the seeded item");
check(first.usage.total_tokens === first.usage.input_tokens + first.usage.output_tokens, "usage adds up");

const numbers = [];
let text = "";
const stream = client.responses.stream({ model, conversation: { id: conversation.id }, input: "Make the second one cheaper." });
stream.on("event", (event) => numbers.push(event.sequence_number));
stream.on("response.output_text.delta", (event) => (text += event.delta));
const final = await stream.finalResponse();
check(final.output_text === text, "the deltas of a stream add up to its response");
check(text.includes("3 earlier messages"), "the second turn sees the history, with the conversation as an object");
check(numbers.every((number, at) => number === at), "sequence numbers rise from 0 by 1");

const items = await all(client.conversations.items.list(conversation.id, { order: "asc", limit: 2 }));
check(items.length === 5 && items.every((item) => item.id), "paging returns all items");
check(items[2].id === first.output[0].id, "items carry the ids of the response's output");
const included = await client.conversations.items.list(conversation.id, { include: ["message.output_text.logprobs"] });
check(included.data[0].id === items[4].id, "lists begin with the newest item, and accept include");
const added = await client.conversations.items.create(conversation.id, {
  items: [{ type: "message", role: "user", content: [{ type: "input_text", text: "One more." }] }],
});
const one = await client.conversations.items.retrieve(added.data[0].id, { conversation_id: conversation.id });
check(one.content[0].text === "One more.", "an item is added and found");
await client.conversations.items.delete(one.id, { conversation_id: conversation.id });
check((await all(client.conversations.items.list(conversation.id))).length === 5, "an item is deleted");

const stored = await client.responses.retrieve(first.id);
check(stored.output[0].id === first.output[0].id, "a stored response is found by its id");
check((await all(client.responses.inputItems.list(first.id))).length >= 1, "a response's input can be listed");
const chained = await client.responses.create({ model, previous_response_id: first.id, input: "And then?" });
check(chained.output_text.includes('You just said: "And then?"'), "a response can follow another");
const counted = await client.responses.inputTokens.count({ model, input: "one two three" });
check(counted.input_tokens > 0, "input tokens are counted");
const compacted = await client.responses.compact({ model, input: [{ role: "user", content: "a long story" }] });
check(compacted.output.length >= 1, "a history can be compacted");

const shaped = await client.responses.parse({
  model,
  input: "x",
  text: {
    format: {
      type: "json_schema",
      name: "idea",
      strict: true,
      schema: {
        type: "object",
        properties: { title: { type: "string" }, cost: { type: "integer" } },
        required: ["title", "cost"],
        additionalProperties: false,
      },
    },
  },
});
check(typeof shaped.output_parsed.title === "string" && Number.isInteger(shaped.output_parsed.cost), "structured output is parsed");

const tools = [{ type: "function", name: "weather", strict: false, parameters: { type: "object", properties: {} } }];
const called = await client.responses.create({ model, input: 'call:weather {"city":"Bergen"}', tools });
const call = called.output.at(-1);
check(call.type === "function_call" && JSON.parse(call.arguments).city === "Bergen", "an offered function is called");
const answered = await client.responses.create({
  model,
  tools,
  previous_response_id: called.id,
  input: [{ type: "function_call_output", call_id: call.call_id, output: "rain" }],
});
check(answered.output_text === "weather returned: rain", "the model reads the function's output");

const queued = await client.responses.create({ model, input: "slow:60000 x", background: true });
check(["queued", "in_progress"].includes(queued.status), "a background response is queued");
check((await client.responses.cancel(queued.id)).status === "cancelled", "a background response is canceled");
check((await client.responses.cancel(queued.id)).status === "cancelled", "cancelling it again is harmless");

const begun = await client.responses.create({ model, input: "count:20", background: true, stream: true });
let at = 0;
for await (const event of begun) {
  if (event.type === "response.created") at = event.response.id;
  if (event.sequence_number === 5) break;
}
const rest = [];
for await (const event of await client.responses.retrieve(at, { stream: true, starting_after: 5 })) rest.push(event);
check(rest[0].sequence_number === 6 && rest.at(-1).type === "response.completed", "a broken stream resumes at the next event");

await client.responses.delete(first.id);
await rejected(404, () => client.responses.retrieve(first.id), "a deleted response");
const unstored = await client.responses.create({ model, input: "Forget this.", store: false });
await rejected(404, () => client.responses.retrieve(unstored.id), "a response that was not stored");
await rejected(400, () => client.responses.create({ model, input: "hi", user: "someone" }), "the user field");
await rejected(404, () => client.responses.create({ model, input: "hi", conversation: "conv_none", stream: true }), "a stream in no conversation");
await rejected(401, () => new OpenAI({ ...options, apiKey: "sk-wrong" }).conversations.retrieve(conversation.id), "a wrong API key");
await rejected(400, () => new OpenAI({ ...options, project: "ocid1.none" }).conversations.create(), "an unknown project");
await client.conversations.delete(conversation.id);
await rejected(404, () => client.conversations.retrieve(conversation.id), "a deleted conversation");
console.log("all checks passed");
