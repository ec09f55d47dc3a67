// node e2e/million.mjs BUILD [RECORDS]: how a big dataset scrolls. Imports that many short records (1,000,000 unless
// told), opens the records viewer and drives its scroll bar; prints times of frames and requests. No test: figures
// depend on the machine. Needs about 1 GB of disk below the temporary folder.
import { request } from "node:http";
import { cpus, loadavg } from "node:os";
import { Readable } from "node:stream";
import { line, Place } from "./harness.mjs";

const [build, wanted = "1000000"] = process.argv.slice(2);
if (!build) {
  console.error("usage: node e2e/million.mjs BUILD [RECORDS]");
  process.exit(2);
}
const records = Number(wanted);

function* lines() {
  const block = 1000;
  for (let i = 0; i < records; i += block) {
    yield Array.from({ length: Math.min(block, records - i) }, (_, k) => line(`Question ${i + k} about ${["openings", "endgames", "tactics", "rules"][(i + k) % 4]}?`)).join("");
  }
}

function upload(url) {
  return new Promise((done, failed) => {
    const sent = request(url, { method: "POST", headers: { "content-type": "application/x-ndjson" } }, (answer) => {
      let text = "";
      answer.on("data", (piece) => (text += piece));
      answer.on("end", () => (answer.statusCode < 300 ? done(JSON.parse(text)) : failed(new Error(`${answer.statusCode} ${text}`))));
    });
    sent.on("error", failed);
    Readable.from(lines()).pipe(sent);
  });
}

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
function tell(name, values) {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return console.log(`${name}: none`);
  console.log(`${name}: ${sorted.length}, median ${quantile(sorted, 0.5).toFixed(1)} ms, p95 ${quantile(sorted, 0.95).toFixed(1)} ms, p99 ${quantile(sorted, 0.99).toFixed(1)} ms, longest ${sorted.at(-1).toFixed(1)} ms`);
}

const place = await new Place().open(build, `${build}/web-screens`);
try {
  const { daemon } = place;
  const { id } = await daemon.ask("POST", "/datasets", { name: "million", objective: "scrolling" });
  let began = Date.now();
  const { imported } = await upload(`${daemon.url}/api/v1/datasets/${id}/import?mode=append&name=million.jsonl`);
  console.log(`${imported} records imported in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  await daemon.quiet(id);
  const tab = await place.tab();
  began = Date.now();
  await tab.go(`/finetune/${id}?modal=records`);
  const grid = tab.get("grid", "Records");
  await grid.getByText("Question 0 about").waitFor();
  console.log(`opened, first rows seen after ${Date.now() - began} ms`);
  const measured = await tab.page.evaluate(async () => {
    performance.clearResourceTimings();
    performance.setResourceTimingBufferSize(5000);
    const box = document.querySelector("[role=grid]");
    const frames = [];
    let before = performance.now();
    let going = true;
    const frame = (now) => {
      frames.push(now - before);
      before = now;
      if (going) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    const pause = (time) => new Promise((done) => setTimeout(done, time));
    // The wheel, then the thumb through all of it, then jumps.
    for (let i = 0; i < 240; i += 1) {
      box.scrollTop += 120;
      await pause(16);
    }
    for (let i = 0; i < 240; i += 1) {
      box.scrollTop = (box.scrollHeight * i) / 240;
      await pause(16);
    }
    for (let i = 0; i < 40; i += 1) {
      box.scrollTop = box.scrollHeight * ((i * 0.618) % 1);
      await pause(250);
    }
    going = false;
    const requests = performance.getEntriesByType("resource").filter((one) => one.name.includes("/records")).map((one) => one.responseEnd - one.requestStart);
    return { frames: frames.slice(2), requests, rows: document.querySelectorAll("[role=grid] [role=row]").length };
  });
  tell("frames", measured.frames);
  tell("requests", measured.requests);
  const late = measured.frames.filter((one) => one > 34).length;
  const dropped = measured.frames.reduce((sum, one) => sum + Math.max(0, Math.round((one * 60) / 1000) - 1), 0);
  console.log(`${late} of ${measured.frames.length} frames were late (over 34 ms), ${dropped} frames of a screen of 60 Hz were dropped; ${measured.rows} rows in the page`);
  console.log(`load of the machine: ${loadavg()[0].toFixed(1)} on ${cpus().length} cores`);
  await tab.page.screenshot({ path: `${build}/web-screens/million.png` });
} finally {
  await place.tidy();
  await place.close();
}
