// OpenAI's JavaScript client talks to the daemon as to OpenAI: node openai_client.mjs CLIENT RFTD
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [client, rftd] = process.argv.slice(2);
const { default: OpenAI } = await import(client);
const folder = mkdtempSync(join(tmpdir(), "rftd-openai-"));
const daemon = spawn(rftd, ["--data", join(folder, "data"), "--listen", "127.0.0.1:0"], { stdio: ["ignore", "ignore", "pipe"] });
try {
  const port = await new Promise((found, lost) => {
    let told = "";
    daemon.stderr.on("data", (piece) => {
      told += piece;
      const said = told.match(/listens on [^:]+:(\d+)/);
      if (said) found(said[1]);
    });
    daemon.on("exit", (code) => lost(new Error(`rftd ended with ${code}: ${told}`)));
  });
  const openai = new OpenAI({ apiKey: "none", baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
  const graders = openai.fineTuning.alpha.graders;
  const check = { type: "string_check", name: "exact", input: "{{sample.output_text}}", reference: "{{item.answer}}", operation: "eq" };

  const { grader } = await graders.validate({ grader: check });
  assert.deepEqual(grader, check);

  for (const [model_sample, reward] of [["Paris", 1], ["Rome", 0]]) {
    const ran = await graders.run({ grader: check, model_sample, item: { answer: "Paris" } });
    assert.equal(ran.reward, reward);
    assert.equal(ran.metadata.type, "string_check");
    assert.equal(ran.metadata.name, "exact");
    assert.equal(ran.metadata.errors.other_error, false);
  }

  const multi = {
    type: "multi", name: "both", calculate_output: "0.5 * exact + 0.5 * close",
    graders: { exact: check, close: { type: "text_similarity", name: "close", input: "{{sample.output_text}}",
                                      reference: "{{item.answer}}", evaluation_metric: "fuzzy_match" } },
  };
  const both = await graders.run({ grader: multi, model_sample: "Paris", item: { answer: "Paris" } });
  assert.equal(both.reward, 1);
  assert.deepEqual(both.sub_rewards, { exact: 1, close: 1 });

  const nothing = await graders.run({ grader: check, model_sample: "Paris", item: {} });
  assert.equal(nothing.reward, 0);
  assert.equal(nothing.metadata.errors.other_error, true);

  const judge = { type: "score_model", name: "judge", model: "gpt-4o", input: [{ role: "user", content: "{{sample.output_text}}" }] };
  await assert.rejects(graders.validate({ grader: judge }), (refused) => refused instanceof OpenAI.APIError && refused.status === 409);
  await assert.rejects(graders.validate({ grader: { type: "guess" } }), (refused) => refused instanceof OpenAI.BadRequestError);
  console.log("ok      OpenAI's client validates and runs graders");
} finally {
  daemon.kill("SIGTERM");
  await new Promise((done) => (daemon.exitCode === null ? daemon.on("exit", done) : done()));
  rmSync(folder, { recursive: true, force: true });
}
