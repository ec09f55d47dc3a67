// Starts OpenTelemetry's SDK for Node.js as a program of a user does: by its environment variables, with one
// instrumentation. The packages are those of the folder in SDK_PACKAGES.
const { createRequire } = require("node:module");
const { join } = require("node:path");

const load = createRequire(join(process.env.SDK_PACKAGES, "package.json"));

const instrumentations = {
  otel: () => new (load("@opentelemetry/instrumentation-openai").OpenAIInstrumentation)(),
  openinference: () => new (load("@arizeai/openinference-instrumentation-openai").OpenAIInstrumentation)(),
  traceloop: () => new (load("@traceloop/instrumentation-openai").OpenAIInstrumentation)(),
};

function start(library) {
  const { NodeSDK } = load("@opentelemetry/sdk-node");
  const make = instrumentations[library];
  const sdk = new NodeSDK({ serviceName: "sdk-test", instrumentations: make ? [make()] : [] });
  sdk.start();
  const tracer = load("@opentelemetry/api").trace.getTracer("app");
  let current = "";
  // A span of the program around each conversation, with what a program tells of it.
  const conversation = (session, work) =>
    tracer.startActiveSpan("conversation", { attributes: { "session.id": session, "user.id": "user-7" } }, async (span) => {
      current = session;
      try {
        await work();
      } finally {
        span.end();
      }
    });
  // Tells the model server which conversation asks, so that the test can compare it.
  const tagged = (url, options) => {
    const headers = new Headers(options.headers);
    headers.set("x-session", current);
    return fetch(url, { ...options, headers });
  };
  return { sdk, load, conversation, tagged };
}

// The failure is what was wanted; that there is none is what fails.
async function fails(work) {
  let failed = false;
  try {
    await work();
  } catch {
    failed = true;
  }
  if (!failed) throw new Error("expected the call to fail");
}

module.exports = { start, fails };
