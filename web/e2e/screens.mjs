// Every screen and every modal: shown, accessible in light and dark, nothing sticking out; pictures kept.
import { readFileSync } from "node:fs";
import { check, sample, test } from "./harness.mjs";

const screens = {
  list: "/finetune",
  create: "/finetune/new",
  system: "/system",
  canvas: "/finetune/ID",
  settings: "/finetune/ID/settings",
  events: "/finetune/ID/events",
  record: "/finetune/ID/records/r1",
  "not-found": "/finetune/ID/nowhere",
};
const modals = ["records", "records&record=r1", "records&record=r1&tab=json", "records&record=r1&tab=history", "records&conf=lt0.7", "issues", "topics", "topics&tab=generate", "import-topics", "categorize", "coverage", "coverage&tab=gaps", "coverage&tab=table", "coverage&vs=25", "skip", "import", "import&mode=replace", "export", "event&event=5", "run&run=run1", "diff", "duplicate", "delete", "keys", "palette", "grader", "grader&tab=versions", "dryrun", "dryrun&tab=samples", "dryrun&tab=compare", "dryrun&tab=run", "generate", "train", "deploy"];

// The sample with two versions of a grader and a dry run of each.
async function chess(place) {
  if (place.chess) return place.chess;
  const id = await place.daemon.create("chess", readFileSync(sample, "utf8"));
  const grader = readFileSync(new URL("../../tools/sample/chess_tutor_grader.js", import.meta.url), "utf8");
  await place.daemon.grade(id, grader.replace("0.6 + 0.4", "0.4 + 0.6"), "a first idea");
  await place.daemon.dryRun(id);
  await place.daemon.grade(id, grader, "the right move counts for more");
  await place.daemon.dryRun(id);
  place.chess = id;
  return id;
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
  // Then what the suggestions lead to, up to a verdict.
  await next.getByRole("button", { name: "Set up the grader" }).click();
  const grader = tab.page.getByRole("dialog", { name: "Grader" });
  await grader.getByLabel("Start from").selectOption("Chess tutor (of the sample)");
  await grader.getByText("No mistakes found").waitFor();
  await grader.getByRole("button", { name: "Run test" }).click();
  await grader.locator(".answer").nth(4).waitFor();
  await grader.getByRole("button", { name: "Save version 1" }).click();
  await tab.see("Version 1 saved");
  // The next step stands out where one is, and nothing lies over it.
  await grader.locator(".modal-foot .button.primary", { hasText: "Dry run" }).click();
  const dryRun = tab.page.getByRole("dialog", { name: "Dry run" });
  await dryRun.getByRole("button", { name: "Run", exact: true }).click();
  await dryRun.getByRole("region", { name: "Verdict" }).getByText("GO", { exact: true }).waitFor();
  await dryRun.getByRole("region", { name: "Examples" }).locator(".answer").nth(4).waitFor();
  await tab.page.keyboard.press("Escape");
  await tab.page.locator("[data-step=dry_run][data-state=complete]").getByText(/Mean: 0\.\d\d • GO/).waitFor();
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
  await tab.go(`/finetune/${id}`);
  await tab.page.locator("[data-step=extract]").waitFor();
  for (const modal of modals) {
    await tab.turn(`/finetune/${id}`);
    await tab.page.getByRole("dialog").waitFor({ state: "detached" });
    await tab.turn(`/finetune/${id}?modal=${modal}`);
    await tab.page.getByRole("dialog").first().waitFor();
    await tab.inspect(`modal-${modal.replaceAll(/[&=.]/g, "-")}`, { dark: true });
  }
  for (const modal of ["", "&modal=restore", "&modal=fork", "&modal=grader", "&modal=dryrun"]) {
    await tab.go(`/finetune/${id}?at=12${modal}`);
    await tab.see("read-only");
    if (modal) await tab.page.getByRole("dialog").waitFor();
    await tab.inspect(`past${modal.replace("&modal=", "-")}`, { dark: true });
  }
});

test("narrow windows show a list, and nothing has to be scrolled sideways", async (place) => {
  const id = await chess(place);
  const tab = await place.tab();
  for (const width of [390, 800]) {
    await tab.page.setViewportSize({ width, height: 844 });
    for (const name of ["list", "create", "canvas", "settings", "events", "record", "system"]) {
      await tab.go(screens[name].replace("ID", id));
      await tab.page.locator("main").first().waitFor();
      await tab.inspect(`narrow-${width}-${name}`, { axe: name === "canvas", dark: name === "canvas" });
    }
  }
  for (const width of [390, 800]) {
    await tab.page.setViewportSize({ width, height: 844 });
    for (const modal of ["records", "records&record=r1", "topics", "coverage", "import", "export", "diff", "grader", "dryrun", "generate", "palette"]) {
      await tab.go(`/finetune/${id}?modal=${modal}`);
      await tab.page.getByRole("dialog").waitFor();
      await tab.inspect(`narrow-${width}-modal-${modal.replaceAll(/[&=.]/g, "-")}`, { axe: false });
    }
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
