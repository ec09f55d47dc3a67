// Graders, dry runs and generated records: written, tried, judged, compared, reviewed.
import { check, equal, line, test, until } from "./harness.mjs";
import { config, Model } from "./model.mjs";
import { chess } from "./screens.mjs";

const answered = (count, text = (i) => `Answer ${i} is yes, because the king is safe.`) =>
  Array.from({ length: count }, (_, i) => line(`Is the king safe in position ${i}?`, { output: text(i), reference_answer: i % 3 ? "yes" : "no" })).join("");
const byReference = `function grade(sample, item) {
  return { score: sample.output_text.includes(item.reference_answer) ? 0.9 : 0, reason: "looked for " + item.reference_answer };
}
`;
const always = "function grade() { return 1; }\n";

test("a script with a mistake is marked where it is, tried without being kept, and asked about when left", async (place) => {
  const id = await place.daemon.create("mistaken", answered(8));
  const tab = await place.tab(`/finetune/${id}?modal=grader`);
  tab.allow(/answer 400/, /status of 400/);
  const dialog = tab.page.getByRole("dialog", { name: "Grader" });
  const script = dialog.locator(".cm-content");
  await tab.write(script, "function grade(sample, item) {\n  return 1 +;\n}");
  await dialog.getByText(/SyntaxError.*line 2/).first().waitFor();
  await dialog.locator(".cm-lintRange-error").waitFor();
  await tab.inspect("grader-mistake");
  await dialog.getByRole("button", { name: "Save version 1" }).click();
  await dialog.getByRole("alert").getByText(/SyntaxError/).waitFor();
  equal((await place.daemon.get(`/datasets/${id}/grader`)).version, 0, "versions after a refused one");
  await tab.write(script, "function grade(sample, item) {\n  console.log('looks at', item.user_message);\n  if (item.reference_answer === 'no') throw new Error('no is not known');\n  return 0.5;\n}");
  await dialog.getByText("No mistakes found").waitFor();
  await dialog.getByLabel("Or these records").fill("r1, r2");
  await dialog.getByRole("button", { name: "Run test" }).click();
  await dialog.getByText(/Error: no is not known \(/).waitFor();
  await dialog.getByText("1 error").waitFor();
  equal(await dialog.locator(".answer").count(), 2, "records that were tried");
  await dialog.getByText("Log", { exact: true }).first().click();
  await dialog.getByText(/looks at Is the king safe/).first().waitFor();
  await tab.page.keyboard.press("Escape");
  await tab.see("Discard what you changed?");
  await tab.get("button", "Keep editing").click();
  await dialog.getByLabel("What changes, and why").fill("a start");
  await dialog.getByRole("button", { name: "Save version 1" }).click();
  await tab.see("Version 1 saved");
  await tab.page.keyboard.press("Escape");
  await tab.page.getByRole("dialog").waitFor({ state: "detached" });
});

test("versions of a grader are compared, and an earlier one comes back as a new one", async (place) => {
  const id = await place.daemon.create("versions", answered(3));
  await place.daemon.grade(id, always, "a start");
  await place.daemon.grade(id, byReference, "the reference counts");
  const tab = await place.tab(`/finetune/${id}?modal=grader`);
  await tab.get("tab", "Versions (2)").click();
  await tab.page.locator('.diff-lines [data-sign="+"]').getByText("looked for").waitFor();
  await tab.get("button", "Restore as 3").click();
  await tab.see("Version 3 saved");
  await tab.see("same as version 1");
  equal((await place.daemon.get(`/datasets/${id}/grader`)).grader.source, always, "the script that counts");
  // Somebody else saves while one is typing.
  await tab.get("tab", "Edit and test").click();
  await tab.write(tab.page.locator(".cm-content"), "function grade() { return 0.25; }");
  await place.daemon.grade(id, byReference, "theirs");
  await tab.see("Version 4 was saved meanwhile");
  check((await tab.page.locator(".cm-content").innerText()).includes("0.25"), "what was typed is gone");
  await tab.get("button", "Take theirs and lose mine").click();
  await tab.page.locator(".cm-content").getByText("looked for").waitFor();
});

test("a dry run says NO-GO and why; another grader on the same answers is compared with it", async (place) => {
  const id = await place.daemon.create("no go", answered(130));
  await place.daemon.grade(id, always, "everything is right");
  const tab = await place.tab(`/finetune/${id}?step=dry_run`);
  await tab.get("button", "Run", { exact: true }).first().click();
  const dialog = tab.page.getByRole("dialog", { name: "Dry run" });
  await dialog.getByLabel("Sample size").fill("7");
  await dialog.getByText("100 to 500").waitFor();
  await dialog.getByLabel("Sample size").fill("100");
  await tab.page.keyboard.press("Tab");
  await dialog.getByRole("button", { name: "Run", exact: true }).focus();
  await tab.page.keyboard.press("Enter");
  await dialog.getByRole("region", { name: "Verdict" }).getByText("NO-GO", { exact: true }).waitFor();
  await dialog.getByRole("row", { name: /Standard deviation.*NO-GO/ }).waitFor();
  await tab.inspect("dryrun-no-go", { dark: true });
  await tab.page.keyboard.press("Escape");
  await tab.page.locator("[data-step=dry_run][data-state=failed]").getByText(/NO-GO/).waitFor();
  // Another grader makes it stale, and the stored answers are graded again.
  await place.daemon.grade(id, byReference, "the reference counts");
  await tab.page.locator("[data-step=dry_run]").getByText("Stale").waitFor();
  await tab.get("button", "Full results").click();
  await dialog.getByRole("button", { name: "Grade these answers with version 2" }).click();
  await dialog.getByRole("region", { name: "Verdict" }).getByText(/^(GO|CAUTION)$/).waitFor();
  await dialog.getByRole("tab", { name: "Compare" }).click();
  await dialog.getByText(/on average over 100 records/).waitFor();
  await dialog.getByText("Worse by most").waitFor();
  await tab.inspect("dryrun-compared", { dark: true });
  // From a bar of the histogram to its answers, from there to the record.
  await dialog.getByRole("tab", { name: "Results" }).click();
  await dialog.getByText("Data table").click();
  await dialog.getByRole("button", { name: "0.00 to 0.05" }).click();
  await tab.page.waitForURL(/score=gte0/);
  const zero = await place.daemon.get(`/datasets/${id}/dry-runs?limit=1`).then(({ items }) => place.daemon.get(`/datasets/${id}/dry-runs/${items[0].id}`));
  await dialog.getByText(`${zero.histogram[0].count} samples`).waitFor();
  await dialog.locator(".answer").first().getByRole("button", { name: /^r\d+$/ }).click();
  await tab.page.getByRole("complementary", { name: /Record r/ }).waitFor();
  await tab.get("button", "Close the record").click();
  await tab.page.getByLabel("Score of the last dry run").selectOption("lt0.1");
  await tab.see(`${zero.histogram[0].count} match`);
});

test("records without answers and without a model: the page says what is missing and how to get it", async (place) => {
  const id = await place.daemon.create("no answers", Array.from({ length: 5 }, (_, i) => line(`What is the plan in position ${i}?`)).join(""));
  const tab = await place.tab(`/finetune/${id}?modal=dryrun`);
  tab.allow(/answer 4\d\d/, /status of 4\d\d/);
  // In the dialog: the cards behind it name the same words as their reason, until it has opened.
  await tab.page.getByRole("dialog", { name: "Dry run" }).getByRole("button", { name: "Configure a grader" }).click();
  const grader = tab.page.getByRole("dialog", { name: "Grader" });
  await grader.getByText("LLM judge", { exact: true }).click();
  await grader.getByText("No language model is configured").waitFor();
  await grader.getByText("[[models]]").first().waitFor();
  await tab.inspect("grader-no-model", { dark: true });
  await grader.getByText("Script", { exact: true }).click();
  await grader.getByRole("button", { name: "Save version 1" }).click();
  await tab.see("Version 1 saved");
  await tab.go(`/finetune/${id}?modal=dryrun`);
  const dialog = tab.page.getByRole("dialog", { name: "Dry run" });
  await dialog.getByRole("button", { name: "Run", exact: true }).click();
  await dialog.getByRole("alert").getByText(/answer/i).first().waitFor();
  await tab.inspect("dryrun-no-answers");
  await tab.go(`/finetune/${id}?modal=generate`);
  await tab.see("No language model is configured");
  await tab.inspect("generate-no-model", { dark: true });
});

test("the past of a grader and a dry run is shown as it was, and cannot be changed", async (place) => {
  const id = await chess(place);
  const [first, second] = await place.daemon.positions(id, "grader_defined");
  const [measured] = await place.daemon.positions(id, "dry_run_measured");
  const tab = await place.tab(`/finetune/${id}?at=${first - 1}&modal=dryrun`);
  await tab.see("No grader configured.");
  await tab.go(`/finetune/${id}?at=${second - 1}&modal=grader`);
  await tab.see("version 1");
  await tab.page.locator(".cm-content").getByText("0.4 + 0.6").waitFor();
  equal(await tab.page.locator(".cm-content").getAttribute("contenteditable"), "false", "whether the script of the past can be typed in");
  await tab.get("button", "Save version 2").click({ force: true });
  await tab.see("the past cannot be changed");
  await tab.go(`/finetune/${id}?at=${measured}&modal=dryrun`);
  await tab.page.getByRole("region", { name: "Verdict" }).waitFor();
  equal(await tab.page.getByLabel("Which dry run").locator("option").count(), 1, "dry runs that were there");
});

test("a judge and answers of a model: watched while they come, cancelled, and what came is kept", async (place) => {
  const model = await new Model(40).start();
  try {
    const daemon = await place.daemonWith(config(model));
    const id = await daemon.create("judged", answered(400));
    const tab = await place.tab(`/finetune/${id}?modal=grader`, daemon);
    const grader = tab.page.getByRole("dialog", { name: "Grader" });
    await grader.getByText("LLM judge", { exact: true }).click();
    await grader.getByText("No mistakes found").waitFor();
    await grader.getByLabel("Model that judges").selectOption({ label: "judge-large · local" });
    await grader.getByRole("button", { name: "{{ item.messages }}" }).click();
    check((await grader.getByLabel("Prompt").inputValue()).includes("{{ item.messages }}"), "the variable is not in the prompt");
    await grader.getByRole("button", { name: "Run test" }).click();
    await grader.getByText("It names the move and says why.").first().waitFor();
    await tab.inspect("grader-judge", { dark: true });
    await grader.getByRole("button", { name: "Save version 1" }).click();
    await tab.see("Version 1 saved");
    await tab.go(`/finetune/${id}?modal=dryrun`);
    const dialog = tab.page.getByRole("dialog", { name: "Dry run" });
    await dialog.getByLabel("Answers").selectOption({ label: "From tutor-small · local" });
    await dialog.getByLabel("Answers for a prompt").fill("2");
    model.state.delay = 150;
    await dialog.getByRole("button", { name: "Run", exact: true }).click();
    await dialog.getByRole("region", { name: "Progress" }).getByText(/[1-9]\d* scores/).waitFor();
    await dialog.getByRole("heading", { name: "Scores so far" }).waitFor();
    await tab.inspect("dryrun-running", { axe: false });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.getByText(/Cancelled after [\d,]+ scores/).waitFor();
    await dialog.getByRole("tab", { name: "Samples" }).click();
    await dialog.getByText("It names the move and says why.").first().waitFor();
    await dialog.getByText(/tutor-small · \d+ tokens/).first().waitFor();
  } finally {
    await model.stop();
  }
});

test("records are planned, written, reviewed and added; what is rejected stays out", async (place) => {
  const model = await new Model().start();
  try {
    const daemon = await place.daemonWith(config(model));
    const id = await daemon.create("short of endings", answered(40));
    await daemon.ask("PUT", `/datasets/${id}/topics`, { topics: [{ name: "Kings", keywords: ["king"] }, { name: "Rooks", keywords: ["rook"] }], assignments: "clear" });
    await daemon.ask("POST", `/datasets/${id}/categorize`, { scope: "all", confirm: true });
    await until(async () => (await daemon.get(`/datasets/${id}/coverage`)).categorized > 0, "the records to be sorted");
    const tab = await place.tab(`/finetune/${id}?modal=coverage`, daemon);
    await tab.get("button", "Generate for gaps").click();
    const dialog = tab.page.getByRole("dialog", { name: "Generate records" });
    await dialog.getByLabel("Records for each topic").fill("12");
    await dialog.getByText(/about/).first().waitFor();
    await dialog.getByRole("button", { name: /^Generate \d+$/ }).waitFor();
    await tab.inspect("generate-plan", { dark: true });
    const planned = Number(/\d+/.exec(await dialog.getByRole("button", { name: /^Generate \d+$/ }).innerText())[0]);
    await dialog.getByRole("button", { name: /^Generate \d+$/ }).click();
    const add = dialog.getByRole("button", { name: /^Add \d+ to dataset$/ });
    await add.waitFor();
    const made = Number(/\d+/.exec(await add.innerText())[0]);
    check(made > 1 && made <= planned, `${made} of ${planned} were made`);
    await dialog.getByRole("button", { name: "Reject it" }).first().click();
    await dialog.getByText("1 rejected.").waitFor();
    await tab.inspect("generate-review", { dark: true });
    await dialog.getByRole("button", { name: `Add ${made - 1} to dataset` }).click();
    await tab.see(`${made - 1} records added`);
    equal((await daemon.get(`/datasets/${id}/records?source=synthetic`)).total, made - 1, "generated records in the dataset");
    await dialog.getByRole("button", { name: "View generated records" }).click();
    await tab.see(`${made - 1} match`);
  } finally {
    await model.stop();
  }
});
