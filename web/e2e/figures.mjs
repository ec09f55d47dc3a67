// node e2e/figures.mjs BUILD: how soon the canvas can be used, whether it moves while it loads, and whether the page
// can still be used while events pour in. Prints figures and tests nothing: they depend on the machine.
import { connect } from "node:net";
import { cpus, loadavg } from "node:os";
import { line, Place } from "./harness.mjs";

const [build] = process.argv.slice(2);
if (!build) {
  console.error("usage: node e2e/figures.mjs BUILD");
  process.exit(2);
}
const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const round = (value) => value.toFixed(0);

// Cold: a new tab without anything in its cache. Usable: the cards are there and the page answers a click.
async function cold(place, id) {
  const tab = await place.tab();
  const session = await place.browser.newCDPSession(tab.page);
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await tab.page.addInitScript(() => {
    globalThis.moved = 0;
    new PerformanceObserver((list) => {
      for (const one of list.getEntries()) if (!one.hadRecentInput) globalThis.moved += one.value;
    }).observe({ type: "layout-shift", buffered: true });
    const look = () => (document.querySelector("[data-step=deploy]") ? requestAnimationFrame(() => (globalThis.usable = performance.now())) : requestAnimationFrame(look));
    requestAnimationFrame(look);
  });
  await tab.go(`/finetune/${id}`);
  await tab.page.waitForFunction(() => globalThis.usable !== undefined);
  await tab.page.waitForTimeout(1500); // what moves late
  const found = await tab.page.evaluate(() => ({ usable: globalThis.usable, moved: globalThis.moved }));
  await tab.close();
  return found;
}

// Each change of the dataset's objective is one event. Over a few bare connections, which cost this script a tenth of
// what `fetch` does: the browser is to be measured, not who writes.
async function pour(daemon, id, perSecond, seconds) {
  const connections = 6;
  const began = Date.now();
  let written = 0;
  const writer = () =>
    new Promise((done, fail) => {
      const socket = connect(daemon.port, "127.0.0.1");
      socket.setNoDelay(true);
      const ask = () => {
        const body = JSON.stringify({ objective: `objective ${written}` });
        socket.write(`PATCH /api/v1/datasets/${id} HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\nContent-Type: application/json\r\nX-RFT: 1\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      };
      let text = "";
      socket.on("data", (piece) => {
        text += piece;
        const [head, body] = text.split("\r\n\r\n");
        if (body === undefined || body.length < Number(/content-length: (\d+)/i.exec(head)[1])) return;
        if (!head.startsWith("HTTP/1.1 200")) return fail(new Error(text));
        text = "";
        written += 1;
        const wait = began + (written * 1000) / perSecond - Date.now();
        if (Date.now() - began < seconds * 1000) return wait > 1 ? setTimeout(ask, wait) : ask();
        socket.end();
        done();
      });
      socket.on("error", fail);
      ask();
    });
  await Promise.all(Array.from({ length: connections }, writer));
  return (written * 1000) / (Date.now() - began);
}

// The tasks of the page's main thread, in ms: by the clock, and of the processor. On a busy machine the first is
// mostly waiting for a turn; the second is what the page itself does.
async function traced(place, page, during) {
  const session = await place.browser.newCDPSession(page);
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await session.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["toplevel"] } });
  await during();
  const complete = new Promise((done) => session.once("Tracing.tracingComplete", done));
  await session.send("Tracing.end");
  await complete;
  const mains = new Set(events.filter((one) => one.name === "thread_name" && one.args.name === "CrRendererMain").map((one) => `${one.pid}:${one.tid}`));
  const threads = new Map();
  for (const one of events) {
    const thread = `${one.pid}:${one.tid}`;
    if (one.ph !== "X" || !one.name.endsWith("RunTask") || !mains.has(thread)) continue;
    const tasks = threads.get(thread) ?? [];
    threads.set(thread, [...tasks, { clock: one.dur / 1000, processor: (one.tdur ?? 0) / 1000 }]);
  }
  const busy = (tasks) => tasks.reduce((sum, one) => sum + one.processor, 0);
  return [...threads.values()].sort((a, b) => busy(b) - busy(a))[0] ?? [];
}

async function flooded(place, id, perSecond) {
  const tab = await place.tab(`/finetune/${id}`);
  await tab.page.locator(".live-chip[data-tone=ok]").waitFor();
  await tab.page.waitForTimeout(2500); // until it has fetched what it will need
  await tab.page.evaluate(() => {
    globalThis.inputs = [];
    new PerformanceObserver((list) => globalThis.inputs.push(...list.getEntries().map((one) => one.duration))).observe({ type: "event", durationThreshold: 16 });
  });
  let rate = 0;
  const tasks = await traced(place, tab.page, async () => {
    const pouring = perSecond > 0 ? pour(place.daemon, id, perSecond, 8) : Promise.resolve(0);
    for (let i = 0; i < 14; i += 1) {
      await tab.page.keyboard.press(String(1 + (i % 7)));
      await tab.page.waitForTimeout(500);
    }
    rate = await pouring;
  });
  const inputs = await tab.page.evaluate(() => globalThis.inputs);
  const most = (of) => round(Math.max(0, ...tasks.map((one) => one[of])));
  const over = (of, ms) => tasks.filter((one) => one[of] > ms).length;
  const all = tasks.reduce((sum, one) => sum + one.processor, 0);
  console.log(
    `${round(rate)} events/s: main thread ${round(all)} ms of processor time; tasks over 50 ms: ${over("clock", 50)} by the clock (longest ${most("clock")}), ${over("processor", 50)} of the processor (longest ${most("processor")}); ` +
      `slowest input ${round(Math.max(0, ...inputs))} ms, median of those over 16 ms ${round(middle(inputs) ?? 0)} ms; load ${loadavg()[0].toFixed(1)}`,
  );
  await tab.close();
}

const place = await new Place().open(build, `${build}/web-screens`);
try {
  const { daemon } = place;
  const id = await daemon.create("figures", Array.from({ length: 200 }, (_, i) => line(`Question ${i}?`)).join(""));
  const loads = [];
  for (let i = 0; i < 5; i += 1) loads.push(await cold(place, id));
  console.log(`canvas from cold: usable after ${loads.map((one) => round(one.usable)).join(", ")} ms, median ${round(middle(loads.map((one) => one.usable)))} ms`);
  console.log(`layout shift on load: ${loads.map((one) => one.moved.toFixed(4)).join(", ")}`);

  for (const perSecond of [0, 500, 1000]) await flooded(place, id, perSecond);
  console.log(`load of the machine: ${loadavg()[0].toFixed(1)} on ${cpus().length} cores`);
} finally {
  await place.tidy();
  await place.close();
}
