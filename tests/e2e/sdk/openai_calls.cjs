// Conversations through OpenAI's client with one of the instrumentations: openai_calls.cjs LIBRARY.
// Names of conversations may follow. OPENAI_BASE_URL names the model server, OTEL_* where to export.
const { start, fails } = require("./sdk.cjs");

const library = process.argv[2];
const { sdk, load, conversation, tagged } = start(library);
const { OpenAI } = load("openai");
const openai = new OpenAI({ apiKey: "none", maxRetries: 0, fetch: tagged });
const patient = new OpenAI({ apiKey: "none", maxRetries: 2, fetch: tagged });
const model = "gpt-4o-mini";
const weather = { name: "get_weather", description: "The weather of the next days", parameters: { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } }, required: ["city"] } };
const picture = "data:image/png;base64,iVBORw0KGgo=";
const tools = [{ type: "function", function: weather }];
const system = (content) => ({ role: "system", content });
const user = (content) => ({ role: "user", content });

async function chat(messages, more = {}, client = openai) {
  const answer = await client.chat.completions.create({ model, messages: [...messages], ...more });
  messages.push(answer.choices[0].message);
}

// Reads the parts as a program does; `messages` gets what they add up to.
async function streamed(messages, more = {}) {
  const stream = await openai.chat.completions.create({ model, messages: [...messages], stream: true, stream_options: { include_usage: true }, ...more });
  const message = { role: "assistant", content: null };
  for await (const chunk of stream) {
    const delta = chunk.choices[0]?.delta ?? {};
    if (delta.content) message.content = (message.content ?? "") + delta.content;
    for (const part of delta.tool_calls ?? []) {
      message.tool_calls ??= [];
      const call = (message.tool_calls[part.index] ??= { id: part.id, type: "function", function: { name: part.function.name, arguments: "" } });
      call.function.arguments += part.function.arguments;
    }
  }
  messages.push(message);
}

function runTools(messages) {
  for (const call of messages.at(-1).tool_calls) {
    const { city } = JSON.parse(call.function.arguments);
    messages.push({ role: "tool", tool_call_id: call.id, content: JSON.stringify({ city, sky: "clear", t: 7 }) });
  }
}

async function response(input, more = {}) {
  let answer = await openai.responses.create({ model, input: typeof input === "string" ? input : [...input], ...more });
  if (more.stream) {
    for await (const event of answer) if (event.type === "response.completed") answer = event.response;
  }
  if (typeof input === "string") return;
  for (const item of answer.output) input.push(item);
  for (const call of answer.output.filter((item) => item.type === "function_call")) {
    input.push({ type: "function_call_output", call_id: call.call_id, output: `clear in ${JSON.parse(call.arguments).city}` });
  }
}

const chats = {
  async single() {
    await chat([system("You are a bank helper."), user("Where is my card?")]);
  },
  async multi() {
    const messages = [system("Answer in one line."), user("What is a fork?")];
    await chat(messages);
    messages.push(user("And a pin? \"Quoted\",\nnew line, ünï¢ödé 🙂 \\ {\"a\":1}"));
    await chat(messages);
    messages.push(user("Thanks."));
    await chat(messages);
  },
  async tool() {
    const messages = [user("What is the weather in Lima?")];
    await chat(messages, { tools });
    runTools(messages);
    await chat(messages, { tools });
  },
  async tools() {
    const messages = [system("Use tools."), user("Say aloud the weather in Pune and Oslo")];
    await chat(messages, { tools, tool_choice: "auto" });
    runTools(messages);
    await chat(messages, { tools, tool_choice: "auto" });
  },
  async stream() {
    const messages = [system("Be short."), user("Tell me something, bit by bit.")];
    await streamed(messages);
    messages.push(user("Go on."));
    await streamed(messages);
  },
  async stream_tool() {
    const messages = [user("What is the weather in Cairo?")];
    await streamed(messages, { tools });
    runTools(messages);
    await streamed(messages, { tools });
  },
  async json() {
    await chat([user("Answer in JSON: what is six times seven?")]);
  },
  async image() {
    await chat([user([{ type: "text", text: "What is this?" }, { type: "image_url", image_url: { url: picture } }])]);
  },
  async errors() {
    await fails(() => chat([user("Please fail with 500.")]));
    await fails(() => chat([system("Be kind."), user("Please fail with 400.")]));
    await fails(() => streamed([user("Please fail with 503, streamed.")]));
    await fails(() => chat([user("Please fail with 429.")]));
    await chat([user("This works at the second try.")], {}, patient);
  },
};

const responses = {
  async response_single() {
    await response("Where is my parcel?");
    await response("Where is my second parcel?", { instructions: "You are a post office." });
  },
  async response_multi() {
    const input = [user("What is en passant?")];
    await response(input, { instructions: "You are a chess tutor." });
    input.push(user("And castling?"));
    await response(input, { instructions: "You are a chess tutor." });
  },
  async response_tool() {
    const input = [user("Say aloud the weather in Quito and Accra")];
    await response(input, { tools: [{ type: "function", strict: false, ...weather }] });
    await response(input, { tools: [{ type: "function", strict: false, ...weather }] });
  },
  async response_stream() {
    const input = [user("Tell me of parcels, bit by bit.")];
    await response(input, { stream: true, instructions: "Be short." });
    input.push(user("What is the weather in Turku?"));
    await response(input, { stream: true, tools: [{ type: "function", strict: false, ...weather }] });
    await response(input, { stream: true, tools: [{ type: "function", strict: false, ...weather }] });
  },
  async response_stream_tools() {
    const input = [user("Say aloud the weather in Bonn and Cork")];
    await response(input, { stream: true, tools: [{ type: "function", strict: false, ...weather }] });
  },
  async response_image() {
    await response([user([{ type: "input_text", text: "And what is this?" }, { type: "input_image", detail: "auto", image_url: picture }])]);
  },
  async response_error() {
    await fails(() => response("Please fail with 500, response."));
  },
};

async function main() {
  const chosen = process.argv.slice(3);
  for (const [name, work] of Object.entries({ ...chats, ...responses })) {
    if (chosen.length && !chosen.includes(name)) continue;
    await conversation(`${library}-${name}`, work);
  }
  await sdk.shutdown();
}

main().catch((problem) => {
  console.error(problem);
  process.exitCode = 1;
});
