// node e2e/figures.mjs BUILD: how soon the canvas can be used, whether it moves while it loads, and whether the page
// can still be used while events pour in. Prints figures and tests nothing: they depend on the machine.
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

// Each answer of the daemon to a change of the dataset's objective is one event.
async function pour(daemon, id, seconds) {
  const end = Date.now() + seconds * 1000;
  let written = 0;
  const writer = async (which) => {
    for (let i = 0; Date.now() < end; i += 1) {
      await daemon.ask("PATCH", `/datasets/${id}`, { objective: `objective ${which} ${i}` });
      written += 1;
    }
  };
  await Promise.all(Array.from({ length: 32 }, (_, which) => writer(which)));
  return written / seconds;
}

const place = await new Place().open(build, `${build}/web-screens`);
try {
  const { daemon } = place;
  const id = await daemon.create("figures", Array.from({ length: 200 }, (_, i) => line(`Question ${i}?`)).join(""));
  const loads = [];
  for (let i = 0; i < 5; i += 1) loads.push(await cold(place, id));
  console.log(`canvas from cold: usable after ${loads.map((one) => round(one.usable)).join(", ")} ms, median ${round(middle(loads.map((one) => one.usable)))} ms`);
  console.log(`layout shift on load: ${loads.map((one) => one.moved.toFixed(4)).join(", ")}`);

  const tab = await place.tab(`/finetune/${id}`);
  await tab.page.locator(".live-chip[data-tone=ok]").waitFor();
  await tab.page.evaluate(() => {
    globalThis.long = [];
    globalThis.inputs = [];
    new PerformanceObserver((list) => globalThis.long.push(...list.getEntries().map((one) => one.duration))).observe({ type: "longtask" });
    new PerformanceObserver((list) => globalThis.inputs.push(...list.getEntries().map((one) => one.duration))).observe({ type: "event", durationThreshold: 16 });
  });
  const pouring = pour(daemon, id, 8);
  for (let i = 0; i < 12; i += 1) {
    await tab.page.keyboard.press(String(1 + (i % 7)));
    await tab.page.waitForTimeout(500);
  }
  const rate = await pouring;
  const { long, inputs } = await tab.page.evaluate(() => ({ long: globalThis.long, inputs: globalThis.inputs }));
  console.log(`${round(rate)} events/s: ${long.length} tasks over 50 ms, longest ${round(Math.max(0, ...long))} ms; slowest input ${round(Math.max(0, ...inputs))} ms, median of those over 16 ms ${round(middle(inputs) ?? 0)} ms`);
  console.log(`load of the machine: ${loadavg()[0].toFixed(1)} on ${cpus().length} cores`);
} finally {
  await place.tidy();
  await place.close();
}
