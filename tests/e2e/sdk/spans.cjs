// Calls as a program tells of them by OpenTelemetry's API, after the GenAI conventions: spans.cjs COUNT PAUSE_MS
const { start } = require("./sdk.cjs");

const { sdk, load } = start("none");
const { trace, SpanKind } = load("@opentelemetry/api");
const [count, pause] = process.argv.slice(2).map(Number);
const tracer = trace.getTracer("app");
const message = (role, content) => ({ role, parts: [{ type: "text", content }] });

async function main() {
  for (let n = 0; n < count; ++n) {
    const attributes = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "m1",
      "gen_ai.input.messages": JSON.stringify([message("user", `Question ${n}?`)]),
      "gen_ai.output.messages": JSON.stringify([{ ...message("assistant", `Answer ${n}.`), finish_reason: "stop" }]),
    };
    tracer.startSpan("chat m1", { kind: SpanKind.CLIENT, attributes }).end();
    if (pause) await new Promise((done) => setTimeout(done, pause));
  }
  await sdk.shutdown();
}

main().catch((problem) => {
  console.error(problem);
  process.exitCode = 1;
});
