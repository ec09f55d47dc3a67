// The work that people do: bring records in, look through them, change topics, set targets, take things out.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, equal, line, test, until } from "./harness.mjs";
import { chess } from "./screens.mjs";

const ten = Array.from({ length: 10 }, (_, i) => line(`How does the knight move in case ${i}?`)).join("");

async function dropFile(tab, selector, name, text) {
  const transfer = await tab.page.evaluateHandle(
    ([fileName, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content], fileName));
      return data;
    },
    [name, text],
  );
  await tab.page.locator(selector).dispatchEvent("dragover", { dataTransfer: transfer });
  await tab.page.locator(selector).dispatchEvent("drop", { dataTransfer: transfer });
}

test("a file is dropped, looked at, named and sent; the canvas follows", async (place) => {
  const tab = await place.tab("/finetune/new");
  await tab.get("button", "Create & Start").click();
  await tab.see("A dataset needs a name.");
  await dropFile(tab, ".dropzone", "knight_moves.jsonl", ten + "{broken\n");
  await tab.see("OpenAI chat lines");
  equal(await tab.page.getByLabel("Name", { exact: true }).inputValue(), "knight moves", "the name taken from the file");
  await tab.get("textbox", "Objective").fill("Explain how pieces move");
  await tab.inspect("create-filled");
  await tab.get("button", "Create & Start").click();
  await tab.page.waitForURL(/\/finetune\/d\d+/);
  await tab.see("11 records imported");
  await tab.page.getByRole("button", { name: /1 invalid/ }).waitFor();
});

test("a file that is not JSONL is refused before it is sent, and what was typed stays", async (place) => {
  const tab = await place.tab("/finetune/new");
  await tab.page.getByLabel("Name", { exact: true }).fill("kept");
  await dropFile(tab, ".dropzone", "letter.txt", "Dear all,\nthis is no JSONL.\n");
  await tab.see("None of the first 2 lines is JSON");
  check(await tab.get("button", "Create & Start").isDisabled(), "a letter can be sent");
  await dropFile(tab, ".dropzone", "list.json", JSON.stringify([{ messages: [] }, { messages: [] }]));
  await tab.see("This is one JSON array");
  equal(await tab.page.getByLabel("Name", { exact: true }).inputValue(), "kept", "what was typed");
});

test("records are appended and replaced, with the number typed before anything goes", async (place) => {
  const id = await place.daemon.create("growing", ten);
  const tab = await place.tab(`/finetune/${id}?modal=import`);
  const file = join(place.root, "more.jsonl");
  writeFileSync(file, line("What is castling?") + line("What is a fork?"));
  await tab.page.getByLabel("File to upload").setInputFiles(file);
  await tab.get("button", "Append records").click();
  await tab.see("2 records imported");
  equal((await place.daemon.get(`/datasets/${id}/health`)).records, 12, "records after appending");
  await tab.go(`/finetune/${id}?modal=import&mode=replace`);
  await tab.page.getByLabel("File to upload").setInputFiles(file);
  const replace = tab.get("button", "Replace records");
  check(await replace.isDisabled(), "records can be replaced without a word");
  await tab.page.getByLabel(/Type 12 to/).fill("12");
  await replace.click();
  await tab.see("12 records were replaced");
  equal((await place.daemon.get(`/datasets/${id}/health`)).records, 2, "records after replacing");
});

test("records are filtered, sorted, opened, selected and changed by keyboard", async (place) => {
  const id = await place.daemon.create("by keyboard", Array.from({ length: 60 }, (_, i) => line(`Question ${i} about ${i % 2 ? "openings" : "endgames"} and plans`)).join(""));
  const tab = await place.tab(`/finetune/${id}`);
  await tab.page.locator("[data-step=extract]").waitFor();
  await tab.page.keyboard.press("r");
  const grid = tab.get("grid", "Records");
  await grid.getByText("Question 0 about").waitFor();
  await tab.page.getByLabel("Search in records").fill("openings");
  await tab.see("30 match");
  check(tab.page.url().includes("q=openings"), "the filter is not in the address");
  await grid.focus();
  await tab.page.keyboard.press("j");
  await tab.page.keyboard.press("x");
  await tab.page.keyboard.press("Shift+ArrowDown");
  await tab.see("2 records selected");
  await tab.page.keyboard.press("Enter");
  await tab.page.getByRole("complementary", { name: /Record r/ }).waitFor();
  await tab.page.keyboard.press("Escape");
  await tab.page.getByRole("complementary", { name: /Record r/ }).waitFor({ state: "detached" });
  await tab.page.keyboard.press("Escape");
  await tab.page.getByRole("dialog").waitFor({ state: "detached" });
  check(!tab.page.url().includes("modal"), "Escape leaves the dialog in the address");
});

test("many records change at once by the filter, not by the page", async (place) => {
  const id = await place.daemon.create("in bulk", Array.from({ length: 250 }, (_, i) => line(`Bulk question ${i} ${i < 150 ? "alpha" : "beta"}`)).join(""));
  const tab = await place.tab(`/finetune/${id}?modal=records&q=alpha`);
  await tab.see("150 match");
  await tab.page.getByLabel("Select all that match").check();
  await tab.see("150 records selected");
  await tab.get("button", "Delete…").click();
  await tab.page.getByLabel(/Type 150 to/).fill("150");
  await tab.get("button", "Delete", { exact: true }).click();
  await tab.see("150 records deleted");
  equal((await place.daemon.get(`/datasets/${id}/health`)).records, 100, "records that are left");
  await tab.see("No record matches this filter");
});

test("a record is mended in place", async (place) => {
  const id = await place.daemon.create("mending", ten + '{"messages": "oops"}\n');
  const tab = await place.tab(`/finetune/${id}?modal=issues`);
  await tab.see("Empty messages");
  await tab.get("button", "1 record").first().click();
  await tab.get("grid", "Records").getByText("r11").click();
  await tab.get("tab", "JSON").click();
  const text = tab.page.locator(".cm-content");
  await text.fill('{"messages": [');
  check(await tab.get("button", "Save").isDisabled(), "broken JSON can be saved");
  await text.fill(line("How does a pawn capture?").trim());
  await tab.get("button", "Save").click();
  await tab.see("r11 saved");
  await until(async () => (await place.daemon.get(`/datasets/${id}/health`)).invalid === 0, "the mended record to be valid");
});

test("topics are renamed, moved by keyboard, added and saved; sorting again is offered", async (place) => {
  const id = await place.daemon.create("topics", null);
  await place.daemon.ask("PUT", `/datasets/${id}/topics`, { topics: [{ name: "Openings" }, { name: "Endgames" }, { name: "Rules" }] });
  const tab = await place.tab(`/finetune/${id}?modal=topics`);
  await tab.get("treeitem", /Endgames/).click();
  await tab.page.keyboard.press("Alt+ArrowUp");
  await tab.page.keyboard.press("Alt+ArrowDown");
  await tab.page.keyboard.press("Alt+ArrowRight");
  await tab.see("1 moved");
  await tab.page.getByLabel("Name of the topic").fill("Endings");
  await tab.get("button", "Add", { exact: true }).click();
  await tab.page.getByLabel("Name of the topic").fill("Tactics");
  await tab.get("button", "Save").click();
  await tab.see("Topics saved as version 2");
  await tab.see("Sort records into the changed topics?");
  const { topics } = await place.daemon.get(`/datasets/${id}/topics`);
  equal(topics.map((one) => one.name).join(), "Openings,Rules,Tactics", "topics at the top");
  equal(topics[0].children.map((one) => one.name).join(), "Endings", "topics below Openings");
});

test("two tabs that edit one topic: the later one is told, and loses nothing", async (place) => {
  const id = await place.daemon.create("two tabs", null);
  await place.daemon.ask("PUT", `/datasets/${id}/topics`, { topics: [{ name: "One" }, { name: "Two" }] });
  const tab = await place.tab(`/finetune/${id}?modal=topics`);
  await tab.get("treeitem", /One/).click();
  await tab.page.getByLabel("Name of the topic").fill("Mine");
  const { topics } = await place.daemon.get(`/datasets/${id}/topics`);
  await place.daemon.ask("PUT", `/datasets/${id}/topics`, { topics: [{ ...topics[0], name: "Theirs" }, topics[1]].map(({ id: topic, name }) => ({ id: topic, name })) });
  await tab.see("The topics were changed meanwhile");
  equal(await tab.page.getByLabel("Name of the topic").inputValue(), "Mine", "what was typed");
  await tab.page.keyboard.press("Escape");
  await tab.see("Discard what you changed?");
  await tab.get("button", "Keep editing").click();
  await tab.get("button", "Take theirs and lose mine").click();
  await tab.get("treeitem", /Theirs/).waitFor();
});

test("coverage targets are set, and a step is skipped with a reason", async (place) => {
  const id = await chess(place);
  const tab = await place.tab(`/finetune/${id}?modal=coverage`);
  await tab.get("button", "Edit targets").click();
  await tab.get("button", "As it is").click();
  await tab.get("button", "Save targets").click();
  await tab.see("Targets saved");
  equal((await place.daemon.get(`/datasets/${id}/coverage`)).targets, "custom", "the targets");
  await tab.go(`/finetune/${id}?modal=skip`);
  await tab.page.getByLabel("Why").fill("the traffic looks like this");
  await tab.get("button", "Skip", { exact: true }).click();
  await tab.page.locator("[data-step=coverage]").getByText("Skipped").first().waitFor();
});

test("what is in a dataset comes out again, and topics go in from a file", async (place) => {
  const id = await chess(place);
  const tab = await place.tab(`/finetune/${id}`);
  await tab.get("button", "Import / Export").click();
  const [download] = await Promise.all([tab.page.waitForEvent("download"), tab.get("menuitem", /Download topics/).click()]);
  const path = join(place.root, "topics.json");
  await download.saveAs(path);
  const other = await place.daemon.create("with their topics", ten);
  await tab.go(`/finetune/${other}?modal=import-topics`);
  await tab.page.getByLabel("File of topics").setInputFiles(path);
  await tab.see(/\d+ topics in the file/);
  await tab.get("button", "Import", { exact: true }).click();
  await tab.see(/\d+ topics imported/);
});

test("a dataset is duplicated and deleted, and the list says so", async (place) => {
  await place.daemon.create("short life", ten);
  const tab = await place.tab("/finetune?q=short");
  await tab.get("button", "Actions for short life").click();
  await tab.get("menuitem", "Duplicate…").click();
  await tab.get("button", "Duplicate", { exact: true }).click();
  await tab.page.waitForURL(/\/finetune\/d\d+$/);
  await tab.go("/finetune?q=short");
  await tab.see("short life copy");
  await tab.get("button", "Actions for short life copy").click();
  await tab.get("menuitem", "Delete…").click();
  const remove = tab.get("button", "Delete for ever");
  check(await remove.isDisabled(), "a dataset can be deleted without a word");
  await tab.page.getByLabel(/to delete it/).fill("short life copy");
  await remove.click();
  await tab.see("short life copy is deleted");
  await tab.page.locator(".dataset").getByText("short life copy").waitFor({ state: "detached" });
});

test("settings are changed, and records are checked against them", async (place) => {
  const id = await place.daemon.create("limits", ten);
  const tab = await place.tab(`/finetune/${id}/settings`);
  await tab.page.getByLabel("Shortest question").fill("500");
  await tab.see("check all 10 records again");
  await tab.get("button", "Save").click();
  await tab.see("Settings saved");
  await tab.page.getByRole("button", { name: /10 invalid/ }).waitFor();
});

test("the whole canvas works by keyboard", async (place) => {
  const id = await chess(place);
  const tab = await place.tab(`/finetune/${id}`);
  const selected = (step) => tab.page.locator(`[data-step=${step}][aria-pressed=true]`).waitFor();
  await tab.page.locator("[data-step=extract]").waitFor();
  await tab.page.keyboard.press("2");
  await selected("topics");
  await tab.page.keyboard.press("]");
  await selected("coverage");
  await tab.page.locator("[data-step=coverage]").focus();
  await tab.page.keyboard.press("ArrowLeft");
  equal(await tab.page.evaluate(() => document.activeElement.dataset.step), "topics", "the focus after an arrow");
  await tab.page.keyboard.press("Enter");
  await selected("topics");
  await tab.page.keyboard.press("Enter");
  await tab.page.getByRole("dialog", { name: "Topics" }).waitFor();
  await tab.page.keyboard.press("Escape");
  await tab.page.getByRole("dialog").waitFor({ state: "detached" });
  equal(await tab.page.evaluate(() => document.activeElement.dataset.step), "topics", "the focus after Escape");
  await tab.page.keyboard.press("Control+k");
  await tab.page.getByRole("combobox", { name: "Find" }).fill("issues");
  await tab.page.keyboard.press("Enter");
  await tab.page.getByRole("dialog", { name: "Issues" }).waitFor();
  await tab.page.goBack();
  await tab.page.goBack();
  await tab.page.getByRole("dialog").waitFor({ state: "detached" });
  const order = [];
  await tab.page.locator(".brand").focus();
  for (let i = 0; i < 40; i += 1) {
    await tab.page.keyboard.press("Tab");
    const step = await tab.page.evaluate(() => document.activeElement.dataset.step ?? (document.activeElement.id === "timeline" ? "timeline" : null));
    if (step && !order.includes(step)) order.push(step);
  }
  equal(order.join(), "extract,topics,coverage,grader,dry_run,train,deploy,timeline", "what Tab goes through");
});
