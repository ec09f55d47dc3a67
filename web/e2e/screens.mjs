// Every screen and every modal: shown, accessible in light and dark, nothing sticking out; pictures kept.
import { readFileSync } from "node:fs";
import { check, sample, test } from "./harness.mjs";

const screens = {
  list: "/finetune",
  create: "/finetune/new",
  "create-traces": "/finetune/new?mode=traces",
  system: "/system",
  canvas: "/finetune/ID",
  settings: "/finetune/ID/settings",
  events: "/finetune/ID/events",
  record: "/finetune/ID/records/r1",
  "not-found": "/finetune/ID/nowhere",
};
const modals = ["records", "records&record=r1", "records&record=r1&tab=json", "records&record=r1&tab=history", "records&conf=lt0.7", "issues", "topics", "topics&tab=generate", "import-topics", "categorize", "coverage", "coverage&tab=gaps", "coverage&tab=table", "coverage&vs=25", "skip", "import", "import&mode=replace", "export", "event&event=5", "run&run=run1", "diff", "duplicate", "delete", "keys", "palette", "grader", "dryrun", "train", "deploy"];

async function chess(place) {
  place.chess ??= await place.daemon.create("chess", readFileSync(sample, "utf8"));
  return place.chess;
}

test("somebody new is taken from nothing to a sorted dataset by what the page suggests", async (place) => {
  const tab = await place.tab("/");
  await tab.see("No datasets yet");
  await tab.inspect("first-time");
  await tab.get("button", "Try the sample (chess tutor)").click();
  await tab.page.waitForURL(/\/finetune\/d\d+/);
  // Without a reload: the cards go on by themselves.
  await tab.page.locator('[data-step="coverage"][data-state="attention"], [data-step="coverage"][data-state="complete"]').waitFor({ timeout: 240_000 });
  await tab.see("1,008");
  const next = tab.page.getByRole("region", { name: "Next step" });
  check(await next.isVisible(), "the next step is not shown");
  for (const step of ["topics", "extract"]) {
    await tab.page.locator(`[data-step=${step}]`).click();
    await tab.page.locator(`[data-step=${step}][aria-pressed=true]`).waitFor();
  }
  await tab.page.locator("[data-step=extract]").click();
  await tab.page.getByRole("dialog", { name: "Records" }).waitFor();
  await tab.page.keyboard.press("Escape");
  await tab.page.getByRole("dialog").waitFor({ state: "detached" });
  await next.getByRole("button").first().click();
  check(/modal=|step=/.test(tab.page.url()), `the suggestion leads nowhere: ${tab.page.url()}`);
});

test("every screen and every modal is accessible, in light and in dark", async (place) => {
  const id = await chess(place);
  const tab = await place.tab();
  await tab.page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  for (const [name, path] of Object.entries(screens)) {
    await tab.go(path.replace("ID", id));
    await tab.page.locator("main").first().waitFor();
    await tab.inspect(name, { dark: true });
  }
  for (const modal of modals) {
    await tab.go(`/finetune/${id}?modal=${modal}`);
    await tab.page.getByRole("dialog").first().waitFor();
    await tab.inspect(`modal-${modal.replaceAll(/[&=.]/g, "-")}`, { dark: true });
  }
  for (const modal of ["", "&modal=restore", "&modal=fork"]) {
    await tab.go(`/finetune/${id}?at=12${modal}`);
    await tab.see("read-only");
    if (modal) await tab.page.getByRole("dialog").waitFor();
    await tab.inspect(`past${modal.replace("&modal=", "-")}`, { dark: true });
  }
});

test("narrow windows show a list, and nothing has to be scrolled sideways", async (place) => {
  const id = await chess(place);
  const tab = await place.tab();
  for (const width of [390, 768]) {
    await tab.page.setViewportSize({ width, height: 844 });
    for (const name of ["list", "create", "canvas", "settings", "events"]) {
      await tab.go(screens[name].replace("ID", id));
      await tab.page.locator("main").first().waitFor();
      await tab.inspect(`narrow-${width}-${name}`, { axe: name === "canvas" });
    }
  }
  await tab.page.setViewportSize({ width: 390, height: 844 });
  for (const modal of ["records", "topics", "coverage", "import", "diff"]) {
    await tab.go(`/finetune/${id}?modal=${modal}`);
    await tab.page.getByRole("dialog").waitFor();
    await tab.inspect(`narrow-390-modal-${modal}`, { axe: false });
  }
});

test("the page stands still while it loads", async (place) => {
  const id = await chess(place);
  const tab = await place.tab();
  await tab.page.addInitScript(() => {
    globalThis.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  for (const path of ["/finetune", `/finetune/${id}`]) {
    await tab.go(path);
    await tab.ready();
    await tab.page.waitForTimeout(400);
    const shift = await tab.page.evaluate(() => globalThis.shift);
    check(shift < 0.1, `${path} shifts its layout by ${shift.toFixed(3)}`);
  }
});

export { chess };
