// Conversations through Vercel's AI SDK: ai_calls.mjs SHAPE. ai6: spans of the SDK's own, as it wrote them up to
// version 6; ai7: the GenAI conventions of version 7's OpenTelemetry integration; ai7-legacy: the old spans from 7.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import sdk_start from "./sdk.cjs";

const { start, fails } = sdk_start;
const shape = process.argv[2];
const { sdk, conversation, tagged } = start("none");
const packages = createRequire(process.env.SDK_PACKAGES + "/package.json");
const get = (name) => import(pathToFileURL(packages.resolve(name)).href);

const ai = await get(shape === "ai6" ? "ai-6" : "ai");
const { createOpenAI } = await get(shape === "ai6" ? "@ai-sdk/openai-3" : "@ai-sdk/openai");
const { z } = await get("zod");
if (shape !== "ai6") {
  const { OpenTelemetry, LegacyOpenTelemetry } = await get("@ai-sdk/otel");
  ai.registerTelemetry(shape === "ai7" ? new OpenTelemetry() : new LegacyOpenTelemetry());
}
const openai = createOpenAI({ apiKey: "none", baseURL: process.env.OPENAI_BASE_URL, fetch: tagged });
const told = shape === "ai6" ? { experimental_telemetry: { isEnabled: true, functionId: "support" } } : { telemetry: { isEnabled: true, functionId: "support" } };
const tools = {
  get_weather: ai.tool({
    description: "The weather of the next days",
    inputSchema: z.object({ city: z.string(), days: z.number() }),
    execute: async ({ city, days }) => ({ city, sky: "clear", days }),
  }),
};
const stopWhen = (ai.isStepCount ?? ai.stepCountIs)(3);
const user = (content) => ({ role: "user", content });
let api = "";
// The same through both APIs of the provider, but for one word: what was said twice would be one record.
const by = (prompt) => `${api}: ${prompt}`;

async function streamed(options) {
  let problem;
  const answer = ai.streamText({ ...told, maxRetries: 0, onError: ({ error }) => (problem = error), ...options });
  let text = "";
  for await (const piece of answer.textStream) text += piece;
  if (problem) throw problem;
  return text;
}

function conversations(model) {
  const base = { ...told, model, maxRetries: 0 };
  return {
    async single() {
      await ai.generateText({ ...base, system: "You are a bank helper.", prompt: by("Where is my card?") });
    },
    async multi() {
      const messages = [user(by("What is a fork?"))];
      for (const next of ["And a pin? \"Quoted\",\nnew line, ünï¢ödé 🙂 \\ {\"a\":1}", "Thanks."]) {
        const { text } = await ai.generateText({ ...base, system: "Answer in one line.", messages });
        messages.push({ role: "assistant", content: text }, user(next));
      }
      await ai.generateText({ ...base, system: "Answer in one line.", messages });
    },
    async tool() {
      await ai.generateText({ ...base, prompt: by("What is the weather in Lima?"), tools, stopWhen });
    },
    async tools() {
      await ai.generateText({ ...base, system: "Use tools.", prompt: by("Say aloud the weather in Pune and Oslo"), tools, stopWhen });
    },
    async stream() {
      await streamed({ model, system: "Be short.", prompt: by("Tell me something, bit by bit.") });
    },
    async stream_tool() {
      await streamed({ model, prompt: by("What is the weather in Cairo?"), tools, stopWhen });
    },
    async object() {
      await ai.generateText({ ...base, prompt: by("Answer in JSON: what is six times seven?"), output: ai.Output.object({ schema: z.object({ answer: z.number() }) }) });
    },
    async image() {
      const content = [{ type: "text", text: by("What is this?") }, { type: "file", mediaType: "image/png", data: "iVBORw0KGgo=" }];
      await ai.generateText({ ...base, messages: [user(content)] });
    },
    async errors() {
      await fails(() => ai.generateText({ ...base, prompt: by("Please fail with 500.") }));
      await fails(() => streamed({ model, system: "Be kind.", prompt: by("Please fail with 400, streamed.") }));
      await ai.generateText({ ...base, maxRetries: 2, prompt: by("This works at the second try.") });
    },
  };
}

const chosen = process.argv.slice(3);
for (const [name, model] of [["chat", openai.chat("gpt-4o-mini")], ["responses", openai.responses("gpt-4o")]]) {
  api = name;
  for (const [name, work] of Object.entries(conversations(model))) {
    if (chosen.length && !chosen.includes(`${api}-${name}`)) continue;
    await conversation(`${shape}-${api}-${name}`, work);
  }
}
await sdk.shutdown();
