// Calls that a gateway tells of: seen to arrive, looked through, made into a dataset, pulled once more, erased.
import { readFileSync } from "node:fs";
import { check, equal, Skipped, test, until } from "./harness.mjs";

const bodies = new URL("../../tests/data/otlp/", import.meta.url);
const body = (name) => readFileSync(new URL(name, bodies));

// A daemon of its own, since traces belong to all datasets.
async function traced(place, ...names) {
  if ((await fetch(`${place.daemon.url}/api/v1/traces`)).status === 404) throw new Skipped("this daemon takes no traces yet");
  const daemon = await place.daemonWith("");
  for (const name of names) await tell(daemon, name);
  if (names.length > 0) await arrived(daemon, 1);
  return daemon;
}
async function tell(daemon, name) {
  const door = name.includes(".logs.") ? "/v1/logs" : "/v1/traces";
  const answer = await fetch(daemon.url + door, { method: "POST", headers: { "content-type": "application/json" }, body: body(name) });
  check(answer.ok, `${door} refused ${name}: ${answer.status} ${await answer.text()}`);
}
async function arrived(daemon, atLeast) {
  return until(async () => {
    const { kept, waiting } = await daemon.get("/traces/facets");
    return kept >= atLeast && waiting.traces === 0 && kept;
  }, `${atLeast} calls to be put together`);
}

test("an empty daemon says where calls are sent, and shows them when they have come", async (place) => {
  const daemon = await traced(place);
  const tab = await place.tab("/finetune/traces", daemon);
  await tab.see("No calls yet");
  await tab.see(`${daemon.url}/v1/traces`);
  await tab.inspect("traces-empty", { dark: true });
  await tab.go("/finetune/new?mode=traces");
  await tab.see("No calls yet");
  check(await tab.get("button", "Create & Start").isDisabled(), "a dataset can be made of no calls");
  await tab.inspect("create-traces-empty", { dark: true });
  await tab.go("/finetune/traces");
  await tell(daemon, "genai_semconv.traces.json");
  const kept = await arrived(daemon, 1);
  // Without a reload: the counts say that something has come.
  await tab.get("button", /new – show|Ask again/).first().waitFor();
  if (await tab.get("button", /new – show/).isVisible()) await tab.get("button", /new – show/).click();
  await tab.get("grid", "Traces").getByRole("row").nth(1).waitFor();
  await tab.see(`${kept} of ${kept} calls`);
});

test("calls are filtered, opened and followed by keyboard; every part is accessible", async (place) => {
  const daemon = await traced(place, "genai_semconv.traces.json", "openinference.traces.json", "traceloop.traces.json", "vercel.traces.json", "otel.traces.json", "otel.logs.json");
  const { total } = await daemon.get("/traces?limit=1");
  const tab = await place.tab("/finetune/traces", daemon);
  await tab.page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await tab.see(`${total} of ${total} calls`);
  await tab.inspect("traces", { dark: true });
  await tab.get("grid", "Traces").focus();
  await tab.page.keyboard.press("ArrowDown");
  await tab.page.keyboard.press("Enter");
  const pane = tab.page.getByRole("complementary", { name: "One call" });
  await pane.getByRole("tab", { name: "Messages" }).waitFor();
  for (const part of ["Tools", "Spans", "Record", "Messages"]) {
    await pane.getByRole("tab", { name: new RegExp(`^${part}`) }).click();
    await tab.inspect(`trace-${part.toLowerCase()}`, { dark: part === "Messages" || part === "Spans" });
  }
  await tab.page.goBack();
  await pane.waitFor({ state: "detached" });
  // A value of the facets, then words that no call has.
  const model = tab.page.getByRole("complementary", { name: "What matches" }).locator(".facet").first().getByRole("button").first();
  const wanted = (await model.textContent()).match(/\d[\d,]*$/)[0];
  await model.click();
  await tab.see(`${wanted} of ${total} call`);
  await tab.page.getByLabel("Search in the last user message").fill("zebra-crossing-that-nobody-asked-about");
  await tab.see("No call matches");
  await tab.inspect("traces-no-match");
  await tab.get("button", "Clear the filter").click();
  await tab.see(`${total} of ${total} calls`);
  for (const part of ["connect"]) {
    await tab.go(`/finetune/traces?tab=${part}`);
    await tab.page.getByRole("tabpanel").first().waitFor();
    await tab.inspect(`traces-${part}`, { dark: true });
  }
});

test("a dataset is made of calls; its records lead back to them; newer calls are pulled once", async (place) => {
  const daemon = await traced(place, "traceloop.traces.json", "openinference.traces.json");
  const tab = await place.tab("/finetune/new?mode=traces", daemon);
  await tab.page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  const offer = tab.page.getByRole("region", { name: "What the dataset gets" });
  await offer.getByRole("status").waitFor();
  await tab.inspect("create-from-traces", { dark: true });
  await tab.page.getByText("Every call", { exact: true }).click();
  const { offered } = await daemon.ask("POST", "/traces/preview", { filter: {}, folding: "every_call" });
  await offer.getByRole("status").getByText(`${offered} record`).waitFor();
  await tab.page.getByRole("textbox", { name: "Name", exact: true }).fill("from calls");
  await tab.page.getByRole("textbox", { name: "Objective" }).fill("Answer as the gateway does");
  await tab.get("button", "Create & Start").click();
  await tab.page.waitForURL(/\/finetune\/d\d+/);
  await tab.page.locator("[data-step=extract]").getByText("Source: Gateway Traces").waitFor();
  const id = /d\d+/.exec(tab.page.url())[0];
  await until(async () => (await daemon.get(`/datasets/${id}/health`)).records === offered, `${offered} records of calls`);

  await tab.go(`/finetune/${id}?modal=records&source=trace&record=r1`);
  await tab.get("link", "The traced call").click();
  await tab.page.getByRole("complementary", { name: "One call" }).getByRole("tab", { name: "Messages" }).waitFor();

  await tell(daemon, "genai_semconv.traces.json");
  await arrived(daemon, (await daemon.get("/traces?limit=1")).kept + 1);
  const { offered: more } = await daemon.ask("POST", `/datasets/${id}/pull?preview=true`, {});
  check(more > 0, "newer calls are not offered");
  await tab.go(`/finetune/${id}?modal=pull`);
  await tab.inspect("modal-pull", { dark: true });
  await tab.get("button", `Pull ${more}`).click();
  await tab.see(`${more} record`);
  await tab.get("button", "Done").waitFor();
  equal((await daemon.get(`/datasets/${id}/health`)).records, offered + more, "records after the pull");
  await tab.go(`/finetune/${id}?modal=pull`);
  await tab.see("Nothing new has come since.");
  check(await tab.get("button", "Pull 0").isDisabled(), "nothing can be pulled twice");
});

test("calls are erased by their filter, with the number typed", async (place) => {
  const daemon = await traced(place, "openinference.traces.json", "genai_semconv.traces.json");
  const { dialects, kept } = await daemon.get("/traces/facets");
  check(dialects.length > 1, "two bodies of different dialects give one dialect");
  const tab = await place.tab(`/finetune/traces?dialect=${encodeURIComponent(dialects[0].value)}`, daemon);
  await tab.get("button", "Erase…").click();
  const dialog = tab.page.getByRole("dialog");
  const erase = dialog.getByRole("button", { name: "Erase" });
  check(await erase.isDisabled(), "calls can be erased without a word");
  await tab.inspect("modal-erase", { dark: true });
  await dialog.getByRole("textbox").fill(String(dialects[0].count));
  await erase.click();
  await tab.see(`${dialects[0].count} call`);
  await until(async () => (await daemon.get("/traces?limit=1")).kept === kept - dialects[0].count, "the calls to be gone");
});

// What is asked stands in for a server of Langfuse: it knows no such key, which is what goes wrong first.
test("a source that fails says why, and is tried again when asked", async (place) => {
  if ((await fetch(`${place.daemon.url}/api/v1/traces/sources`)).status === 404) throw new Skipped("this daemon pulls from nowhere yet");
  const daemon = await place.daemonWith(`[[trace_sources]]\nname = "production"\nkind = "vllora"\nbase_url = "${place.daemon.url}/no-vllora"\nevery_seconds = 0\n`);
  const tab = await place.tab("/finetune/traces?tab=sources", daemon);
  const item = tab.page.getByRole("listitem").filter({ hasText: "production" });
  await item.getByRole("button", { name: "Pull now" }).click();
  await item.getByText("Failing").waitFor();
  await item.getByText(/404/).waitFor();
  await tab.inspect("traces-sources", { dark: true });
  await tab.page.setViewportSize({ width: 390, height: 844 });
  await tab.inspect("narrow-390-sources");
  const none = await place.daemonWith("");
  const other = await place.tab("/finetune/traces?tab=sources", none);
  await other.see("Nothing is fetched from elsewhere");
  await other.inspect("traces-sources-none", { dark: true });
});

test("traces fit a narrow window", async (place) => {
  const daemon = await traced(place, "traceloop.traces.json");
  const tab = await place.tab(null, daemon);
  const { items } = await daemon.get("/traces?limit=1");
  for (const width of [390, 768]) {
    await tab.page.setViewportSize({ width, height: 844 });
    for (const [name, path] of Object.entries({ traces: "/finetune/traces", trace: `/finetune/traces?trace=${items[0].id}`, create: "/finetune/new?mode=traces" })) {
      await tab.go(path);
      await tab.page.locator("main").first().waitFor();
      await tab.inspect(`narrow-${width}-${name}`);
    }
  }
});
