// Time: what happens is seen at once, what happened can be gone back to, and nothing is changed there.
import { check, equal, line, test, until } from "./harness.mjs";
import { chess } from "./screens.mjs";

test("what others do is seen without a reload, in ten tabs at once", async (place) => {
  const id = await place.daemon.create("watched", line("What is a pin?"));
  const streams = async () => (await place.daemon.get("/system")).queues.event_streams;
  const before = await streams();
  const tabs = [];
  for (let i = 0; i < 10; i += 1) tabs.push(await place.tab(`/finetune/${id}`));
  for (const tab of tabs) await tab.page.locator(".live-chip[data-tone=ok]").waitFor({ state: "attached" });
  await place.daemon.ask("POST", `/datasets/${id}/import?mode=append`, line("What is a skewer?") + line("And a fork?"));
  for (const tab of tabs) await tab.page.locator(".health b").getByText("3", { exact: true }).waitFor({ state: "attached" });
  check((await streams()) <= before + 1, "ten tabs do not share one stream");
});

test("the past is shown as it was, read-only, and survives a reload", async (place) => {
  const id = await chess(place);
  const tab = await place.tab(`/finetune/${id}`);
  await tab.page.locator("#timeline").focus();
  await tab.page.keyboard.press("Home");
  await tab.page.waitForURL(/at=1(&|$)/);
  await tab.see("read-only");
  await tab.see("No records yet");
  equal(await tab.page.locator(".picture").count(), 0, "pictures of what was not there yet");
  await tab.page.reload();
  await tab.see("No records yet");
  await tab.get("button", "Import file").first().click({ force: true });
  await tab.see("the past cannot be changed");
  await tab.page.keyboard.press("Escape");
  await tab.page.locator("[data-blocked]:focus", { hasText: "Import file" }).waitFor(); // back where one was
  await tab.page.locator("#timeline").focus();
  await tab.page.keyboard.press("Shift+ArrowRight");
  await tab.page.waitForURL(/at=11(&|$)/);
  await tab.page.keyboard.press("PageDown"); // the next landmark, wherever it is
  await tab.page.waitForURL((url) => Number(url.searchParams.get("at")) > 11);
  await tab.get("button", "Return to live").click();
  await tab.page.locator(".live-chip[data-tone=ok]").waitFor();
  check(!tab.page.url().includes("at="), "live has a position in its address");
});

test("the page at a position is the page of a dataset that ends there", async (place) => {
  const id = await chess(place);
  const { position: head } = await place.daemon.get(`/datasets/${id}`);
  for (const part of [0.1, 0.4, 0.6, 0.9]) {
    const at = Math.max(2, Math.round(part * head));
    const fork = await place.daemon.ask("POST", `/datasets/${id}/duplicate`, { name: `cut at ${at} ${Date.now()}`, at });
    const cards = async (path) => {
      const tab = await place.tab(path);
      await tab.page.locator("[data-step=deploy]").waitFor();
      await tab.ready();
      return (await tab.page.locator(".step").allInnerTexts()).concat(await tab.page.locator(".health").innerText()).join("\n");
    };
    // The copy goes on with the runs that were under way, so it is looked at where it was made.
    const past = await cards(`/finetune/${id}?at=${at}`);
    const cut = await cards(`/finetune/${fork.id}?at=${at}`);
    check(fork.position >= at, `the copy ends at ${fork.position}`);
    equal(cut, past, `the canvas at ${at}`);
  }
});

test("two moments are compared, and a link leads back to a moment", async (place) => {
  const id = await chess(place);
  const imported = await place.daemon.positions(id, "records_imported");
  const [measured] = await place.daemon.positions(id, "coverage_measured");
  const tab = await place.tab(`/finetune/${id}?at=${imported[0] - 1}&modal=diff&vs=${measured}`);
  const dialog = tab.page.getByRole("dialog");
  await dialog.getByText("Records", { exact: true }).waitFor();
  await dialog.getByText("+1,042").waitFor();
  await dialog.getByText("events between").waitFor();
  await tab.go(`/finetune/${id}?step=coverage`);
  await place.browser.grantPermissions(["clipboard-read", "clipboard-write"], { origin: place.daemon.url });
  await tab.get("button", "Copy link to this moment").click();
  const link = await tab.page.evaluate(() => navigator.clipboard.readText());
  check(/at=\d+/.test(link) && /step=coverage/.test(link), `the link says no moment: ${link}`);
  const other = await place.tab();
  await other.page.goto(link);
  await other.see("read-only");
  await other.page.locator("[data-step=coverage][aria-pressed=true]").waitFor();
});

test("topics come back as new events, and a branch begins anywhere", async (place) => {
  const id = await place.daemon.create("coming back", null);
  await place.daemon.ask("PUT", `/datasets/${id}/topics`, { topics: [{ name: "First" }, { name: "Second" }] });
  const then = (await place.daemon.get(`/datasets/${id}`)).position;
  await place.daemon.ask("PUT", `/datasets/${id}/topics`, { topics: [{ name: "Other" }] });
  const head = (await place.daemon.get(`/datasets/${id}`)).position;
  const tab = await place.tab(`/finetune/${id}?at=${then}&modal=restore`);
  await tab.page.getByRole("checkbox", { name: /Topics/ }).check();
  await tab.get("button", "Restore", { exact: true }).click();
  await tab.see(`Restored from event ${then}`);
  const { topics } = await place.daemon.get(`/datasets/${id}/topics`);
  equal(topics.map((one) => one.name).join(), "First,Second", "the topics that came back");
  check((await place.daemon.get(`/datasets/${id}`)).position > head, "the log was cut");
  await tab.go(`/finetune/${id}?at=${then}`);
  await tab.get("button", "Branch from here…").click();
  await tab.get("button", "Branch", { exact: true }).click();
  await tab.page.waitForURL((url) => !url.pathname.endsWith(`/${id}`));
  await tab.see("coming back at");
});

test("the event log is complete, and says what is new instead of moving", async (place) => {
  const id = await place.daemon.create("logged", line("What is zugzwang?"));
  const tab = await place.tab(`/finetune/${id}/events`);
  const head = (await place.daemon.get(`/datasets/${id}`)).position;
  await tab.see(`${head} events`);
  await place.daemon.ask("PATCH", `/datasets/${id}`, { objective: "something else" });
  await tab.get("button", /1 new: show/).click();
  await tab.see(`${head + 1} events`);
  await tab.page.getByLabel("Kind").selectOption("dataset_created");
  await tab.see("Dataset “logged” created");
});

test("a thousand events a second do not freeze the page", async (place) => {
  const id = await place.daemon.create("busy", Array.from({ length: 300 }, (_, i) => line(`Busy question ${i}`)).join(""));
  const tab = await place.tab(`/finetune/${id}`);
  await tab.page.locator(".live-chip[data-tone=ok]").waitFor();
  await tab.page.evaluate(() => {
    globalThis.longest = 0;
    let before = performance.now();
    const tick = (now) => {
      globalThis.longest = Math.max(globalThis.longest, now - before);
      before = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  const records = Array.from({ length: 300 }, (_, i) => `r${i + 1}`);
  const { topics } = await place.daemon.get(`/datasets/${id}/topics`);
  const topic = topics[0]?.id ?? null;
  await Promise.all(records.map((record) => place.daemon.ask("PATCH", `/datasets/${id}/records/${record}`, { topic })));
  const head = (await place.daemon.get(`/datasets/${id}`)).position;
  await until(async () => (await tab.page.locator(".position-field .muted").innerText()).replaceAll(/\D/g, "") === String(head), "the page to be at the head");
  const longest = await tab.page.evaluate(() => globalThis.longest);
  check(longest < 1500, `the page stood still for ${Math.round(longest)} ms`);
});
