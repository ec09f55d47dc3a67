// Somebody who has never seen the page: from a daemon without anything to a verdict, pressing nothing but the button
// that stands out.
import { check, sample, test } from "./harness.mjs";

// What stands out in a place: one button, not hidden and not locked.
async function standsOut(place, what) {
  const buttons = place.locator("button.primary:visible:not(:disabled):not([data-blocked]), a.primary:visible");
  await buttons.first().waitFor();
  check((await buttons.count()) === 1, `${what}: expected one button that stands out, found ${JSON.stringify(await buttons.allInnerTexts())}`);
  return buttons;
}

test("who follows only what stands out gets from an empty daemon to GO with a file of their own", async (place) => {
  const daemon = await place.daemonWith("");
  const tab = await place.tab("/", daemon);
  const { page } = tab;
  const empty = page.locator(".first-time");
  await (await standsOut(empty, "an empty daemon")).click();
  await page.waitForURL(/\/finetune\/new/);
  await page.getByLabel("File to upload").setInputFiles(sample);
  await page.getByRole("region", { name: "First lines of the file" }).waitFor();
  check((await page.getByLabel("Name", { exact: true }).inputValue()) === "chess tutor", "the file's name was not offered as the dataset's");
  // What is missing is told where it is missing, not by a button that does nothing.
  await (await standsOut(page.locator("main"), "a new dataset")).click();
  await tab.see("Say what the model should get better at");
  await tab.get("textbox", "Objective").fill("Explain chess to beginners");
  await (await standsOut(page.locator("main"), "a new dataset")).click();
  await page.waitForURL(/\/finetune\/d\d+/);
  const next = page.getByRole("region", { name: "Next step" });
  const dialog = page.getByRole("dialog");
  // Importing, topics and coverage go on by themselves; then a grader is wanted.
  await next.getByText("Next · Grader Config").waitFor();
  await (await standsOut(next, "the next step")).click();
  await dialog.getByText("No mistakes found").waitFor();
  await (await standsOut(dialog.locator(".modal-foot"), "a grader that is not saved")).click();
  await tab.see("Version 1 saved");
  await (await standsOut(dialog.locator(".modal-foot"), "a grader that is saved")).click();
  await (await standsOut(page.getByRole("dialog", { name: "Dry run" }), "a dry run to be started")).click();
  await page.getByRole("region", { name: "Verdict" }).getByText("GO", { exact: true }).waitFor();
  await tab.inspect("walk-verdict");
  await page.keyboard.press("Escape");
  await next.getByText("Next · Train Model").waitFor();
  await tab.inspect("walk-end");
});
