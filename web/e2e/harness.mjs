// The real daemon and a real browser. Everything that no page of ours may ever do is watched in every case: errors
// on the console, requests to elsewhere, answers that are refused, violations of the content security policy.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

const patience = 240_000; // ms; how long something may take on a slow machine, never an expectation
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const sample = new URL("../../tools/sample/chess_tutor.jsonl", import.meta.url).pathname;

export class Failed extends Error {}
export class Skipped extends Error {}
export function check(condition, sentence) {
  if (!condition) throw new Failed(sentence);
}
export function equal(found, wanted, what) {
  check(Object.is(found, wanted), `${what}: expected ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`);
}

export class Daemon {
  constructor(build, folder, more = []) {
    this.program = resolve(build, "api/rftd");
    this.folder = folder;
    this.more = more;
    this.log = "";
    this.port = 0;
  }

  async start() {
    this.log = "";
    // While the page is being worked on: another build of it than the one that is built in.
    const own = process.env.RFTD_UI_DIR ? ["--ui-dir", process.env.RFTD_UI_DIR] : [];
    this.process = spawn(this.program, ["--data", this.folder, "--listen", `127.0.0.1:${this.port}`, ...own, ...this.more], { stdio: ["ignore", "pipe", "pipe"] });
    this.ended = new Promise((done) => this.process.once("exit", done));
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on("data", (piece) => (this.log += piece));
    await until(() => /listens on 127\.0\.0\.1:(\d+)/.exec(this.log), "the daemon to listen", () => this.log.slice(-800));
    this.port = Number(/listens on 127\.0\.0\.1:(\d+)/.exec(this.log)[1]);
    this.url = `http://127.0.0.1:${this.port}`;
    await until(async () => (await fetch(`${this.url}/readyz`).catch(() => null))?.ok, "the daemon to be ready");
    return this;
  }

  async stop(signal = "SIGTERM") {
    this.process.kill(signal);
    await this.ended;
  }

  async ask(method, path, body, headers = {}) {
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const type = typeof body === "string" ? "application/x-ndjson" : "application/json";
    const answer = await fetch(`${this.url}/api/v1${path}`, { method, body: text, headers: { ...(text === undefined ? {} : { "content-type": type }), ...headers } });
    const value = await answer.text();
    check(answer.ok, `${method} ${path}: ${answer.status} ${value.slice(0, 300)}`);
    return JSON.parse(value);
  }
  get(path) {
    return this.ask("GET", path);
  }

  // Where in the log events of a kind stand: on a slow machine there are more of others between them.
  async positions(id, type) {
    const { items } = await this.get(`/datasets/${id}/events?type=${type}&limit=500`);
    check(items.length > 0, `there is no event ${type} in ${id}`);
    return items.map((event) => event.position);
  }

  async create(name, lines, wait = true) {
    const { id } = await this.ask("POST", "/datasets", { name, objective: `what ${name} is for` });
    if (lines) await this.ask("POST", `/datasets/${id}/import?mode=append&name=${encodeURIComponent(name)}.jsonl`, lines);
    if (lines && wait) await this.settled(id);
    return id;
  }
  async grade(id, source, reason) {
    return this.ask("PUT", `/datasets/${id}/grader`, { type: "script", source, reason });
  }
  // A dry run from its start to its end; the report.
  async dryRun(id, body = {}) {
    const { run } = await this.ask("POST", `/datasets/${id}/dry-runs`, body);
    await until(async () => !["requested", "running"].includes((await this.get(`/datasets/${id}/runs/${run}`)).state), `dry run ${run} to end`);
    return this.get(`/datasets/${id}/dry-runs/${run}`);
  }
  // Topics of very many records take their time and all the cores, and each step starts the next; for what is about
  // the page alone.
  async quiet(id) {
    for (let still = 0; still < 4; ) {
      const going = (await this.get(`/datasets/${id}/runs?limit=100`)).items.filter((run) => ["requested", "running", "waiting_retry"].includes(run.state));
      for (const { id: run, step } of going) {
        if (["topics", "categorize", "coverage"].includes(step)) await this.ask("POST", `/datasets/${id}/runs/${run}/cancel`, { reason: "only the page is looked at" }).catch(() => undefined); // ended meanwhile
      }
      still = going.length === 0 ? still + 1 : 0;
      await new Promise((done) => setTimeout(done, 250));
    }
  }
  async settled(id) {
    await until(async () => {
      const { items } = await this.get(`/datasets/${id}/runs?limit=100`);
      return items.some((run) => run.step === "coverage" && run.state === "completed") && !items.some((run) => ["requested", "running", "waiting_retry"].includes(run.state));
    }, `dataset ${id} to settle`);
  }
}

export async function until(condition, what, more = () => "") {
  const deadline = Date.now() + patience;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > deadline) throw new Failed(`waited ${patience / 1000} s for ${what} ${more()}`);
    await new Promise((done) => setTimeout(done, 40));
  }
}

export const line = (text, more = {}) => JSON.stringify({ messages: [{ role: "user", content: text }], ...more }) + "\n";

// One window of a browser, with everything watched.
export class Tab {
  constructor(page, place, daemon) {
    this.page = page;
    this.place = place;
    this.daemon = daemon;
    this.wrong = [];
    this.allowed = [];
    page.setDefaultTimeout(Number(process.env.RFTD_PATIENCE ?? 60_000));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.note(`console ${message.type()}: ${message.text()} ${message.location().url ?? ""}`);
    });
    page.on("pageerror", (error) => this.note(`page error: ${error.message} ${error.stack?.split("\n")[1] ?? ""}`));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(daemon.url + "/") && !url.startsWith("data:") && !url.startsWith("blob:")) this.note(`foreign request: ${url}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400) this.note(`answer ${response.status()}: ${response.url()}`);
    });
  }
  note(text) {
    if (!this.allowed.some((pattern) => pattern.test(text))) this.wrong.push(text);
  }
  // What a case provokes on purpose.
  allow(...patterns) {
    this.allowed.push(...patterns);
    this.wrong = this.wrong.filter((text) => !patterns.some((pattern) => pattern.test(text)));
  }
  async go(path) {
    await this.page.goto(this.daemon.url + path);
  }
  // To another place of the page without loading it anew.
  async turn(path) {
    await this.page.evaluate((to) => history.pushState(null, "", to), path);
  }
  get(role, name, options = {}) {
    return this.page.getByRole(role, { name, ...options });
  }
  async see(text) {
    await this.page.getByText(text).first().waitFor();
  }
  async ready() {
    for (const still of ["[role=dialog] h2:text-is('Opening')", "[role=status][aria-label^=Loading]", ".skeleton"]) {
      await this.page.locator(still).first().waitFor({ state: "detached" }).catch(() => undefined);
    }
    await this.page.evaluate(() => document.fonts.ready);
    await this.page.waitForTimeout(120);
  }

  // Into an editor as a person does: `fill` has the browser put styles of its own into the text.
  async write(editor, text) {
    await editor.click();
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.press("Delete");
    await this.page.keyboard.insertText(text);
  }

  // Of a dialog only what is in it: what lies beneath is inert, and was looked at before.
  async accessible(name) {
    if (!(await this.page.evaluate(() => "axe" in globalThis))) await this.page.evaluate(axeSource);
    const found = await this.page.evaluate(async () => {
      const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
      const dialogs = [...document.querySelectorAll("[role=dialog], [role=alertdialog]")];
      const result = await globalThis.axe.run(dialogs.length > 0 ? { include: dialogs } : document, { runOnly: tags, resultTypes: ["violations"], rules: { region: { enabled: false }, "page-has-heading-one": { enabled: false } } });
      return result.violations.flatMap((one) => one.nodes.slice(0, 3).map((node) => `${one.id}: ${node.target.join(" ")} ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`));
    });
    check(found.length === 0, `${name} is not accessible:\n            ${found.join("\n            ")}`);
  }

  // A picture for people to look at, and what a machine can say of it: accessible in light and dark, nothing
  // sticking out.
  async inspect(name, { axe = true, dark = false } = {}) {
    await this.ready();
    await this.page.screenshot({ path: join(this.place.shots, `${name}.png`) });
    if (axe) await this.accessible(name);
    if (dark) {
      await this.page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
      await this.page.evaluate(() => Promise.all(document.getAnimations().map((one) => (one.effect?.getTiming().iterations === Infinity ? null : one.finished.catch(() => null))))); // colours fade
      await this.page.screenshot({ path: join(this.place.shots, `${name}-dark.png`) });
      await this.accessible(`${name} in dark`);
      await this.page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    }
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    check(wide <= 0, `${name} sticks out ${wide} px to the right`);
    const spilled = await this.page.evaluate(() =>
      [...document.querySelectorAll(".step, .next, .button, .badge, .modal-head, .dataset")]
        .filter((element) => element.scrollWidth > element.clientWidth + 1)
        .map((element) => `${element.className}: ${element.textContent.slice(0, 40)}`),
    );
    check(spilled.length === 0, `${name}: text sticks out of ${spilled.join("; ")}`);
    const covered = await this.page.evaluate(() => {
      const seen = [...document.querySelectorAll(".button, .select, .input, .tab, .chip")].filter((element) => {
        const box = element.getBoundingClientRect();
        const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return box.width > 0 && there !== null && (element.contains(there) || there.contains(element));
      });
      const deeper = 4; // px; borders may touch
      const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > deeper && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > deeper;
      const names = [];
      seen.forEach((one, i) => {
        for (const other of seen.slice(i + 1)) {
          if (one.contains(other) || other.contains(one)) continue;
          const clipped = one.closest(".modal-foot, .timeline") !== other.closest(".modal-foot, .timeline"); // scrolled beneath
          if (!clipped && over(one.getBoundingClientRect(), other.getBoundingClientRect())) names.push(`“${one.textContent.slice(0, 30)}” and “${other.textContent.slice(0, 30)}”`);
        }
      });
      return names;
    });
    check(covered.length === 0, `${name}: controls lie over each other: ${covered.slice(0, 5).join("; ")}`);
  }

  async close() {
    await this.page.close();
  }
}

export class Place {
  async open(build, shots) {
    this.root = mkdtempSync(join(tmpdir(), "rftd-web-"));
    this.shots = shots;
    this.build = build;
    mkdirSync(shots, { recursive: true });
    this.daemon = await new Daemon(build, join(this.root, "data")).start();
    this.browser = await chromium.launchPersistentContext(join(this.root, "profile"), {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      headless: true,
      viewport: { width: 1440, height: 900 },
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
    await this.browser.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
    });
    this.tabs = [];
    return this;
  }
  async tab(path, daemon = this.daemon) {
    const tab = new Tab(await this.browser.newPage(), this, daemon);
    this.tabs.push(tab);
    if (path) await tab.go(path);
    return tab;
  }
  // A daemon of its own, for what needs another configuration; ends with the case.
  async daemonWith(config) {
    this.others ??= [];
    const folder = mkdtempSync(join(this.root, "other-"));
    writeFileSync(join(folder, "rftd.toml"), config);
    const daemon = await new Daemon(this.build, join(folder, "data"), ["--config", join(folder, "rftd.toml")]).start();
    this.others.push(daemon);
    return daemon;
  }
  async tidy() {
    for (const tab of this.tabs) if (!tab.page.isClosed()) await tab.close();
    for (const daemon of this.others ?? []) await daemon.stop();
    this.tabs = [];
    this.others = [];
  }
  async close() {
    await this.browser?.close();
    await this.daemon?.stop();
    rmSync(this.root, { recursive: true, force: true });
  }
}

const cases = [];
export function test(sentence, run) {
  cases.push({ sentence, run });
}

export async function runAll(build, only) {
  const place = new Place();
  let failed = 0;
  let skipped = 0;
  let ran = 0;
  try {
    await place.open(build, resolve(build, "web-screens"));
    for (const { sentence, run } of cases) {
      if (only && !sentence.includes(only)) continue;
      ran += 1;
      const began = Date.now();
      try {
        await run(place);
        const wrong = place.tabs.flatMap((tab) => tab.wrong);
        check(wrong.length === 0, `the browser complained:\n            ${[...new Set(wrong)].slice(0, 12).join("\n            ")}`);
        console.log(`ok      ${sentence}  (${((Date.now() - began) / 1000).toFixed(1)} s)`);
      } catch (problem) {
        if (problem instanceof Skipped) {
          skipped += 1;
          console.log(`skipped ${sentence}: ${problem.message}`);
          await place.tidy();
          continue;
        }
        failed += 1;
        console.log(`FAILED  ${sentence}\n        ${problem instanceof Failed ? problem.message : problem.stack}`);
        const last = place.tabs.at(-1);
        if (last && !last.page.isClosed()) await last.page.screenshot({ path: join(place.shots, `failed-${sentence.split(/\W+/).slice(0, 4).join("-")}.png`) }).catch(() => undefined);
      }
      if (place.daemon.process.exitCode !== null || place.daemon.process.signalCode !== null) await place.daemon.start();
      await place.tidy();
    }
  } finally {
    await place.close();
  }
  console.log(`${ran - failed - skipped} of ${ran} cases passed${skipped > 0 ? `, ${skipped} skipped` : ""}; screens in ${resolve(build, "web-screens")}`);
  process.exit(failed > 0 || ran === 0 ? 1 : 0);
}
