import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { address } from "@/api/client";
import type { TraceFacets, TraceFilter, TraceSummary } from "@/api/traces";
import { filterWords, listOf, listText, reasonText, traceFilterFrom } from "@/lib/trace-filter";
import CreateScreen from "@/screens/create";
import TracesScreen from "@/screens/traces";
import "@/traces/create"; // loaded before, since a test is no place to wait for it
import { HourHistogram } from "@/traces/facets";
import { Offer, PatternCard } from "@/traces/offer";

// Patience for a machine that is busy, never an expectation.
configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });

const call = (number: number, more: Partial<TraceSummary> = {}): TraceSummary => ({
  id: `c${number}`, time: "2026-11-20T10:00:00Z", received_at: "2026-11-20T10:00:01Z", trace_id: "t", span_id: `s${number}`, dialect: "genai", provider: "openai", model: "gpt-4o", model_asked: null,
  status: "ok", error: null, turns: 1, messages: 2, has_tools: false, has_output: true, tokens_in: 20, tokens_out: null, cost_usd: null, latency_ms: null, first_token_ms: null,
  session: null, thread: null, run: null, user: null, labels: [], preview: `Question ${number}`, answer_preview: "", problems: [], ...more,
});
const facetsOf = (total: number): TraceFacets => ({
  total, kept: 500, models: [{ value: "gpt-4o", count: total }], providers: [], statuses: [{ value: "ok", count: total }], labels: [], dialects: [],
  hours: [{ from: "2026-11-20T10:00:00Z", count: 3 }, { from: "2026-11-20T13:00:00Z", count: 1 }], bucket_seconds: 3600,
  waiting: { traces: 0 }, problems: {}, bytes: 1000, oldest: null, newest: null,
});

interface Asked {
  method: string;
  url: URL;
  body: Record<string, unknown> | null;
}
let asked: Asked[] = [];
// Answers by the beginning of "METHOD path"; the first that fits.
function daemon(answers: Record<string, (asked: Asked) => unknown>) {
  asked = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit = {}) => {
    const one = { method: init.method ?? "GET", url: new URL(path, "http://daemon"), body: typeof init.body === "string" ? JSON.parse(init.body) : null };
    asked.push(one);
    const found = Object.entries(answers).find(([key]) => `${one.method} ${one.url.pathname}`.startsWith(key));
    if (!found) return new Response(JSON.stringify({ type: "x", title: "Not found", status: 404, detail: "expected a known path", errors: [] }), { status: 404 });
    const answer = found[1](one);
    return answer instanceof Response ? answer : new Response(JSON.stringify(answer), { status: 200 });
  });
}
const show = (what: ReactNode) =>
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <>{what}</>
    </QueryClientProvider>,
  );
const go = (path: string) => window.history.replaceState(null, "", path);

beforeEach(() => {
  Element.prototype.setPointerCapture ??= () => undefined;
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("the filter of traces", () => {
  const from = (search: string): TraceFilter => {
    const parameters = new URLSearchParams(search);
    return traceFilterFrom((name) => parameters.get(name), Date.parse("2026-11-22T12:00:00Z"));
  };
  test("the address becomes what the daemon asks for", () => {
    expect(from('since=24h&model=["a,b","c"]&tools=true&answer=false&turns=3&tokens=middle&status=ok&q= rook ')).toEqual({
      from: "2026-11-21T12:00:00.000Z", model: ["a,b", "c"], has_tools: true, has_output: false, min_turns: 3, tokens_gte: 500, tokens_lt: 4000, status: "ok", q: "rook",
    });
  });
  test("what cannot be meant is left out", () => {
    expect(from("status=maybe&turns=many&tokens=9&since=forever&model=&tools=1&q=%20")).toEqual({});
  });
  test("an exact time goes before a span of time", () => {
    expect(from("since=24h&from=2026-11-01T00:00:00Z")).toEqual({ from: "2026-11-01T00:00:00Z" });
  });
  test("lists keep commas and brackets, and are repeated for the daemon", () => {
    for (const values of [["one"], ["a,b"], ["[x]"], ["a", "b"]]) expect(listOf(listText(values))).toEqual(values);
    expect(listText([])).toBeNull();
    expect(listOf("[broken")).toEqual(["[broken"]);
    expect(address("/traces", { model: ["a", "b"], limit: 5 })).toBe("/api/v1/traces?model=a&model=b&limit=5");
  });
  test("each part says itself and how to take it away", () => {
    const words = filterWords(from("q=rook&since=1h&label=eu&tokens=long"));
    expect(words.map((one) => one.text)).toEqual(["“rook” in the last user message", expect.stringMatching(/^since /), "labelled eu", "4,000 tokens and over"]);
    expect(words[1].widen).toEqual({ from: null, since: null });
  });
  test("a reason that a newer daemon gives still reads", () => {
    expect(reasonText("already_here")).toBe("already in this dataset");
    expect(reasonText("too_odd")).toBe("too odd");
  });
});

describe("what a choice gives", () => {
  test("offered and left out, by reason and largest first; zeros are not told", () => {
    render(<Offer preview={{ data: { matching: 100, offered: 37, skipped: { failed: 3, folded: 60, no_answer: 0 } }, error: null, isPending: false, isPlaceholderData: false, refetch: () => undefined }} />);
    expect(screen.getByRole("status").textContent).toBe("37 records from 100 calls");
    expect(screen.getAllByRole("listitem").map((one) => one.textContent)).toEqual(["60 repeated by a later call of their conversation", "3 failed calls"]);
  });
  const pattern = { system_prompt: "You are a tutor", system_prompt_share: 0.93, tools: [], models: [], suggested_name: "tutor", suggested_objective: "Teach" };
  test("a suggestion fills what is empty and nothing else", async () => {
    const use = vi.fn();
    render(<PatternCard pattern={pattern} typed={{ name: "mine", objective: " " }} use={use} />);
    await userEvent.click(screen.getByRole("button", { name: "Fill in the objective" }));
    expect(use).toHaveBeenCalledWith({ name: "mine", objective: "Teach" });
  });
  test("with everything typed there is nothing to fill", () => {
    render(<PatternCard pattern={pattern} typed={{ name: "mine", objective: "own" }} use={() => undefined} />);
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.getByText("System prompt of 93 % of them")).toBeTruthy();
  });
});

describe("the histogram", () => {
  test("says in words what it draws, hours without calls included", () => {
    render(<HourHistogram facets={facetsOf(4)} state={{ filter: {}, get: () => null, change: () => undefined, clear: () => undefined, again: () => undefined }} />);
    const picture = screen.getByRole("img");
    expect(picture.getAttribute("aria-label")).toMatch(/^4 calls from .*; most of them, 3, in the 1 hour from/);
    expect(picture.getAttribute("viewBox")).toBe("0 0 4 40");
    expect(picture.querySelectorAll(".hours-bar").length).toBe(2);
  });
});

describe("the screen of traces", () => {
  test("an empty store says where to send calls", async () => {
    go("/finetune/traces");
    daemon({ "GET /api/v1/traces/facets": () => ({ ...facetsOf(0), kept: 0, hours: [] }), "GET /api/v1/traces": () => ({ items: [], next: null, total: 0, kept: 0 }) });
    show(<TracesScreen />);
    expect(await screen.findByText("No calls yet")).toBeTruthy();
    expect(screen.getByText(`${window.location.origin}/v1/traces`)).toBeTruthy();
    await userEvent.click(screen.getByRole("tab", { name: "LiteLLM" }));
    expect(screen.getByRole("region", { name: "Settings for LiteLLM" }).textContent).toContain(`${window.location.origin}/api/v1/traces/litellm`);
  });
  test("what fails says why and can be tried again", async () => {
    go("/finetune/traces");
    let broken = true;
    daemon({
      "GET /api/v1/traces/facets": () => facetsOf(1),
      "GET /api/v1/traces": () => (broken ? new Response(JSON.stringify({ type: "x", title: "Store unavailable", status: 503, detail: "expected an open store", errors: [] }), { status: 503 }) : { items: [call(1)], next: null, total: 1, kept: 500 }),
    });
    show(<TracesScreen />);
    expect(await screen.findByText("expected an open store")).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("1 of 500 calls")).toBeTruthy();
  });
  test("no match names each part of the filter, and taking one away asks without it", async () => {
    go("/finetune/traces?q=zebra&status=error");
    daemon({ "GET /api/v1/traces/facets": () => facetsOf(0), "GET /api/v1/traces": ({ url }) => (url.searchParams.has("q") ? { items: [], next: null, total: 0, kept: 500 } : { items: [call(7)], next: null, total: 1, kept: 500 }) });
    show(<TracesScreen />);
    await userEvent.click(await screen.findByRole("button", { name: "Without “zebra” in the last user message" }));
    expect(await screen.findByText("Question 7")).toBeTruthy();
    expect(window.location.search).toBe("?status=error");
  });
  test("erasing wants the number that goes, and sends the filter", async () => {
    go("/finetune/traces?status=error&modal=erase");
    daemon({ "GET /api/v1/traces/facets": () => facetsOf(12), "DELETE /api/v1/traces": () => ({ deleted: 12 }), "GET /api/v1/traces": () => ({ items: [call(1)], next: null, total: 12, kept: 500 }) });
    show(<TracesScreen />);
    const dialog = within(await screen.findByRole("dialog"));
    const erase = dialog.getByRole<HTMLButtonElement>("button", { name: "Erase" });
    expect(erase.disabled).toBe(true);
    await userEvent.type(dialog.getByRole("textbox"), "12");
    await userEvent.click(erase);
    await waitFor(() => expect(asked.some((one) => one.method === "DELETE" && one.url.search === "?status=error&confirm=true")).toBe(true));
  });
});

describe("a dataset made of traces", () => {
  const preview = (one: Asked) => ({ matching: one.body?.ids ? (one.body.ids as string[]).length : 300, offered: one.body?.ids ? 1 : 210, skipped: {}, pattern: { system_prompt: null, system_prompt_share: 0, tools: [], models: [], suggested_name: "", suggested_objective: "" }, sample: [] });
  const answers = {
    "POST /api/v1/traces/preview": preview,
    "POST /api/v1/datasets": () => ({ id: "d9", name: "tutor" }),
    "GET /api/v1/traces/facets": () => facetsOf(300),
    "GET /api/v1/traces": () => ({ items: [call(1), call(2)], next: "more", total: 300, kept: 500 }),
  };
  test("all that match go by the filter, with folding", async () => {
    go("/finetune/new?mode=traces&status=ok");
    daemon(answers);
    show(<CreateScreen />);
    await screen.findByText("210");
    await userEvent.click(screen.getByText("Every call"));
    fireEvent.change(screen.getByLabelText("Name"), { target: { value: "tutor" } });
    fireEvent.change(screen.getByLabelText("Objective"), { target: { value: "teach" } });
    const start = screen.getByRole<HTMLButtonElement>("button", { name: "Create & Start" });
    await waitFor(() => expect(start.disabled).toBe(false));
    await userEvent.click(start);
    await waitFor(() => expect(window.location.pathname).toBe("/finetune/d9"));
    expect(asked.find((one) => one.url.pathname === "/api/v1/datasets")?.body).toEqual({ name: "tutor", objective: "teach", source: { type: "traces", filter: { status: "ok" }, folding: "every_call", with_failed: false } });
  });
  test("what is picked by hand goes by its ids; nothing picked cannot be started", async () => {
    go("/finetune/new?mode=traces");
    daemon(answers);
    show(<CreateScreen />);
    await screen.findByText("210");
    await userEvent.click(screen.getByRole("button", { name: "Select none" }));
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Create & Start" }).disabled).toBe(true);
    const boxes = await screen.findAllByRole("checkbox", { name: /Select the call/ });
    await userEvent.click(boxes[1]);
    await waitFor(() => expect(asked.findLast((one) => one.url.pathname.endsWith("/preview"))?.body?.ids).toEqual(["c2"]));
    await userEvent.click(await screen.findByRole("button", { name: "Select all 300 matching" }));
    await waitFor(() => expect(screen.getByText("300", { selector: "b:nth-of-type(2)" })).toBeTruthy());
  });
});

describe("where traces are fetched from", () => {
  const source = (more: object) => ({
    name: "production", kind: "langfuse", base_url: "https://langfuse.example.org", every_seconds: 60, state: "idle", watermark: "2026-11-20T10:00:00Z", last_pull_at: "2026-11-20T10:01:00Z", last_taken: 12, taken_total: 3400, last_error: null, next_pull_at: null, ...more,
  });
  const empty = { "GET /api/v1/traces/facets": () => facetsOf(0), "GET /api/v1/traces": () => ({ items: [], next: null, total: 0, total_is_exact: true, kept: 1 }) };
  test("each source says how it does, and is pulled when asked", async () => {
    go("/finetune/traces?tab=sources");
    daemon({ "GET /api/v1/traces/sources": () => ({ items: [source({}), source({ name: "old", kind: "vllora", state: "failing", last_error: "401 from https://old.example.org/spans: the key is not known there" })] }), "POST /api/v1/traces/sources/": () => source({ state: "pulling" }), ...empty });
    show(<TracesScreen />);
    const items = await screen.findAllByRole("listitem");
    expect(items).toHaveLength(2);
    expect(items[0].textContent).toContain("3,400 spans");
    expect(items[1].textContent).toContain("Failing");
    expect(items[1].textContent).toContain("the key is not known there");
    await userEvent.click(within(items[1]).getByRole("button", { name: "Pull now" }));
    await waitFor(() => expect(asked.find((one) => one.method === "POST")?.url.pathname).toBe("/api/v1/traces/sources/old/pull"));
  });
  test("a source without a schedule can be pulled; one that is being pulled cannot be again", async () => {
    go("/finetune/traces?tab=sources");
    daemon({ "GET /api/v1/traces/sources": () => ({ items: [source({ name: "a", state: "off", every_seconds: 0 }), source({ name: "b", state: "pulling" })] }), ...empty });
    show(<TracesScreen />);
    const pulls = await screen.findAllByRole<HTMLButtonElement>("button", { name: "Pull now" });
    expect(pulls.map((one) => one.disabled)).toEqual([false, true]);
    expect(screen.getByText("when you ask")).toBeTruthy();
  });
  test("none is configured: the page says how", async () => {
    go("/finetune/traces?tab=sources");
    daemon({ "GET /api/v1/traces/sources": () => ({ items: [] }), ...empty });
    show(<TracesScreen />);
    await screen.findByText("Nothing is fetched from elsewhere");
    expect(screen.getByRole("region", { name: "Configuration of a source" }).textContent).toContain("[[trace_sources]]");
  });
  test("a daemon that knows no sources has no tab for them", async () => {
    go("/finetune/traces?tab=connect");
    daemon(empty);
    show(<TracesScreen />);
    await waitFor(() => expect(asked.some((one) => one.url.pathname === "/api/v1/traces/sources")).toBe(true));
    expect(screen.queryByRole("tab", { name: "Sources" })).toBeNull();
    expect(screen.getByRole("tab", { name: "Connect" })).toBeTruthy();
  });
});
