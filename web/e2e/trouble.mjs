// When things go wrong: the page says what happened and what to do, keeps what was typed, and never goes white.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, equal, line, test, until } from "./harness.mjs";

test("a link to a moment or a dataset that does not exist says so and leads on", async (place) => {
  const id = await place.daemon.create("short log", line("What is check?"));
  const tab = await place.tab();
  tab.allow(/40\d/);
  await tab.go(`/finetune/${id}?at=99999`);
  await tab.see("There is no such moment");
  await tab.inspect("trouble-no-moment");
  await tab.get("button", "Go to live").click();
  await tab.page.locator("[data-step=extract]").waitFor();
  await tab.go("/finetune/d99999");
  await tab.see("There is no such dataset");
  await tab.go(`/finetune/${id}?modal=nonsense`);
  await tab.see("There is no such dialog");
  await tab.go(`/finetune/${id}?modal=records&record=r77777`);
  await tab.page.getByRole("alert").first().waitFor();
});

test("a dataset deleted in another tab takes nobody to a white page", async (place) => {
  const id = await place.daemon.create("soon gone", line("What is mate?"));
  const tab = await place.tab(`/finetune/${id}`);
  tab.allow(/40\d|410/);
  await tab.page.locator(".live-chip[data-tone=ok]").waitFor();
  await place.daemon.ask("DELETE", `/datasets/${id}?confirm=true`);
  await tab.see(/was deleted|no such dataset/);
  await tab.inspect("trouble-deleted");
});

test("text of records stays text, however long", async (place) => {
  const nasty = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script> [link](javascript:alert(1))`;
  const huge = "long ".repeat(1_000_000);
  const id = await place.daemon.create("nasty", line(nasty) + line(huge));
  const tab = await place.tab(`/finetune/${id}?modal=records&record=r1`);
  await tab.page.locator(".message-text").getByText("onerror").waitFor();
  check(!(await tab.page.title()).includes("taken"), "markup of a record was taken as ours");
  equal(await tab.page.locator(".message img, .message a").count(), 0, "elements made of a record's text");
  await tab.get("grid", "Records").getByText("long long").click();
  await tab.get("button", /Show all 4\.8 MiB/).waitFor();
});

test("a daemon that stops is waited for; the page stays readable and goes on", async (place) => {
  const id = await place.daemon.create("patient", line("What is stalemate?"));
  const tab = await place.tab(`/finetune/${id}`);
  tab.allow(/ERR_|Failed to load|net::|503/);
  await tab.page.locator(".live-chip[data-tone=ok]").waitFor();
  // The dialogs are fetched ahead, when there is nothing else to do.
  await tab.page.waitForFunction(() => performance.getEntriesByType("resource").some((one) => /\/assets\/dialogs-[\w-]+\.js/.test(one.name) && one.responseEnd > 0));
  await place.daemon.stop("SIGKILL");
  await tab.page.locator(".live-chip[data-tone=warn]").waitFor();
  await tab.page.locator("[data-step=extract]").getByText("Extract Data").waitFor();
  await tab.inspect("trouble-offline");
  await tab.get("button", "Records", { exact: true }).click();
  await place.daemon.start();
  await tab.page.locator(".live-chip[data-tone=ok]").waitFor({ state: "attached" });
  await tab.get("grid", "Records").getByText("What is stalemate?").waitFor();
});

test("an upload that breaks off says so, keeps what was typed, and can be sent again", async (place) => {
  const tab = await place.tab("/finetune/new");
  tab.allow(/ERR_|Failed to load|net::|503/);
  const file = join(place.root, "big.jsonl");
  writeFileSync(file, line("How does a bishop move? ".repeat(20)).repeat(120_000));
  await tab.page.getByLabel("File to upload").setInputFiles(file);
  await tab.page.getByLabel("Name", { exact: true }).fill("broken off");
  await tab.get("textbox", "Objective").fill("Explain bishops");
  await tab.get("button", "Create & Start").click();
  await tab.page.getByRole("region", { name: /Upload of big.jsonl/ }).waitFor();
  await until(async () => (await place.daemon.get("/datasets?search=broken")).total === 1, "the dataset");
  await place.daemon.stop("SIGKILL");
  await tab.see("The upload broke off");
  equal(await tab.get("textbox", "Objective").inputValue(), "Explain bishops", "what was typed");
  await tab.inspect("trouble-upload");
  await place.daemon.start();
  writeFileSync(file, line("How does a bishop move?").repeat(20));
  await tab.page.getByLabel("File to upload").setInputFiles(file).catch(() => undefined);
  await tab.get("button", /Send it again|Create & Start/).click();
  await tab.page.waitForURL(/\/finetune\/d\d+/);
  await tab.see("20 records imported");
});

test("a file of 2 GB can be dropped: the page stays usable, shows how far it is, and can be told to stop", async (place) => {
  const id = await place.daemon.create("before the flood", line("What is a fork?"));
  const before = await place.daemon.get(`/datasets/${id}/canvas`);
  const tab = await place.tab(`/finetune/${id}?modal=import`);
  tab.allow(/ERR_ABORTED/); // the upload that is stopped
  const dialog = tab.page.getByRole("dialog", { name: "Import records" });
  await dialog.getByText("or drop it here").waitFor();
  // One block of lines, named 64 times over: 2 GiB for who reads it, 32 MiB in memory.
  await tab.page.evaluate(() => {
    const one = JSON.stringify({ messages: [{ role: "user", content: "How does a bishop move? ".repeat(40) }] }) + "\n";
    const block = new Blob([one.repeat(Math.floor((32 * 1024 * 1024) / one.length))]);
    const files = new DataTransfer();
    files.items.add(new File(Array.from({ length: 64 }, () => block), "flood.jsonl"));
    document.querySelector(".dropzone").dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: files }));
  });
  await dialog.getByText(/^(2|1\.99|1\.9+) GiB$|^2\.0 GiB$/).first().waitFor();
  await dialog.getByRole("region", { name: "First lines of the file" }).waitFor();
  await dialog.getByRole("button", { name: "Append records" }).click();
  const upload = dialog.getByRole("region", { name: "Upload of flood.jsonl" });
  const bar = upload.getByRole("progressbar");
  const sent = async () => Number(await bar.getAttribute("value"));
  const first = await until(async () => (await sent()) > 0 && (await sent()), "the first bytes to be sent");
  await until(async () => (await sent()) > first + 20_000_000, "more bytes to be sent");
  await upload.getByText(/\/s · .* left/).waitFor();
  await tab.inspect("trouble-flood", { axe: false });
  // Elsewhere meanwhile, with the upload in its corner.
  await tab.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  const dock = tab.page.getByRole("complementary", { name: "Uploads" });
  await dock.getByRole("region", { name: "Upload of flood.jsonl" }).waitFor();
  const began = Date.now();
  await tab.page.locator("[data-step=grader]").click();
  await tab.page.locator("[data-step=grader][aria-pressed=true]").waitFor();
  check(Date.now() - began < 5_000, `a card was selected after ${Date.now() - began} ms while a file was being sent`);
  await tab.inspect("trouble-flood-dock", { axe: false });
  await dock.getByRole("button", { name: "Cancel" }).click();
  await tab.see(/Nothing of the file was kept/);
  await tab.inspect("trouble-flood-stopped", { axe: false });
  // Nor was anything: the same records, no run that goes on, and the dataset takes the next file.
  await until(async () => (await place.daemon.get(`/datasets/${id}/runs?limit=50`)).items.every((run) => !["requested", "running", "waiting_retry"].includes(run.state)), "the import to end");
  const after = await place.daemon.get(`/datasets/${id}/canvas`);
  equal(JSON.stringify(after.health), JSON.stringify(before.health), "the records' health after an upload that was stopped");
  const { imported } = await place.daemon.ask("POST", `/datasets/${id}/import?mode=append&name=next.jsonl`, line("And a pin?"));
  equal(imported, 1, "records imported after it");
});

test("a list of a hundred thousand records is scrolled to its end with few rows in the page", async (place) => {
  const lines = Array.from({ length: 100_000 }, (_, i) => line(`Long list ${i}`)).join("");
  const id = await place.daemon.create("long list", lines, false);
  await place.daemon.quiet(id);
  const tab = await place.tab(`/finetune/${id}?modal=records`);
  const grid = tab.get("grid", "Records");
  await grid.getByText("Long list 0", { exact: true }).waitFor();
  await grid.focus();
  const began = Date.now();
  await tab.page.keyboard.press("End");
  await grid.getByText("Long list 99999").waitFor();
  check(Date.now() - began < 15_000, `the end was shown after ${Date.now() - began} ms`);
  const rows = await grid.getByRole("row").count();
  check(rows < 80, `${rows} rows are in the page`);
  await tab.page.keyboard.press("Home");
  await grid.getByText("Long list 0", { exact: true }).waitFor();
});
