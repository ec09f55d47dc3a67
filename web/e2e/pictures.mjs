// node e2e/pictures.mjs BUILD FOLDER: the pictures of the documentation, taken of the real page.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Place, sample, until } from "./harness.mjs";

const [build, folder] = process.argv.slice(2);
if (!build || !folder) {
  console.error("usage: node e2e/pictures.mjs BUILD FOLDER");
  process.exit(2);
}
const recorded = ["genai_semconv.traces.json", "openinference.traces.json", "traceloop.traces.json", "vercel.traces.json", "otel.traces.json", "otel.logs.json"];

const text = (name) => readFileSync(new URL(`../../tests/data/otlp/${name}`, import.meta.url), "utf8");

// Texts that a machine may have no letters for come first, and so last in the list.
const eastern = new Set();
for (const name of recorded) {
  JSON.parse(text(name), (_, value) => {
    if (value?.traceId && /[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]/.test(JSON.stringify(value))) eastern.add(value.traceId);
    return value;
  });
}

// What client libraries really sent, but over an afternoon: they were recorded within a minute.
function spread(text) {
  const minutes = (trace) => (eastern.has(trace) ? 0 : 20) + (parseInt(trace.slice(-6), 16) % (eastern.has(trace) ? 20 : 220));
  const moved = (nanoseconds, trace) => String(BigInt(nanoseconds) + BigInt(minutes(trace)) * 60_000_000_000n);
  return JSON.stringify(JSON.parse(text), (_, value) => {
    if (value === null || typeof value !== "object" || !value.traceId) return value;
    const times = Object.entries(value).filter(([name]) => /[tT]imeUnixNano$/.test(name));
    const events = value.events && { events: value.events.map((one) => ({ ...one, timeUnixNano: moved(one.timeUnixNano, value.traceId) })) };
    return { ...value, ...Object.fromEntries(times.map(([name, time]) => [name, moved(time, value.traceId)])), ...events };
  });
}

const place = await new Place().open(build, resolve(folder));
try {
  const { daemon } = place;
  for (const name of recorded) {
    const body = spread(text(name));
    const answer = await fetch(daemon.url + (name.includes(".logs.") ? "/v1/logs" : "/v1/traces"), { method: "POST", headers: { "content-type": "application/json" }, body });
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
  }
  await until(async () => {
    const { kept, waiting } = await daemon.get("/traces/facets");
    return kept > 0 && waiting.traces === 0;
  }, "the calls");
  const id = await daemon.create("chess tutor", readFileSync(sample, "utf8"));
  await daemon.ask("PATCH", `/datasets/${id}`, { objective: "Explain chess to beginners: correct, in plain words, no longer than needed." });
  await daemon.grade(id, readFileSync(new URL("../../tools/sample/chess_tutor_grader.js", import.meta.url), "utf8"), "a first idea");
  await daemon.dryRun(id);

  const tab = await place.tab();
  await tab.page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  const [found] = await daemon.positions(id, "topics_defined");
  const pictures = {
    canvas: `/finetune/${id}?step=dry_run`,
    records: `/finetune/${id}?modal=records&record=r1`,
    "dry-run": `/finetune/${id}?modal=dryrun`,
    past: `/finetune/${id}?at=${found}`,
    traces: "/finetune/traces",
  };
  for (const [name, path] of Object.entries(pictures)) {
    await tab.go(path);
    await tab.page.locator("main").first().waitFor();
    await tab.page.waitForTimeout(1500);
    await tab.ready();
    await tab.page.screenshot({ path: join(resolve(folder), `${name}.png`) });
  }
} finally {
  await place.tidy();
  await place.close();
}
