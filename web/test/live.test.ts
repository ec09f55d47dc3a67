import { afterEach, describe, expect, test, vi } from "vitest";
import { Feed, type FeedMessage, framesIn } from "@/api/feed";
import { touchedBy } from "@/api/live";

const frame = (position: number, type = "run_progressed") => `id: ${position}\nevent: ${type}\ndata: ${JSON.stringify({ position, type, time: "2026-01-01T00:00:00Z", cause: { run: "run1" } })}\n\n`;

// A server that sends what it is given, one connection after the other; then nothing.
function serving(connections: (string[] | number)[]) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    asked.push((init.headers as Record<string, string>)["Last-Event-ID"]);
    const next = connections.shift();
    if (next === undefined) return new Promise(() => undefined);
    if (typeof next === "number") return Promise.resolve(new Response("{}", { status: next }));
    const body = new ReadableStream({
      start(controller) {
        next.forEach((piece) => controller.enqueue(new TextEncoder().encode(piece)));
        controller.close();
      },
    });
    return Promise.resolve(new Response(body));
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

describe("the event stream", () => {
  test("frames are found wherever the network cuts them", () => {
    const text = "retry: 1000\n: d1\n\n" + frame(1) + frame(2);
    for (let cut = 0; cut <= text.length; cut += 1) {
      const first = framesIn(text.slice(0, cut));
      const second = framesIn(first.rest + text.slice(cut));
      expect([...first.frames, ...second.frames].map((one) => one.event)).toEqual(["run_progressed", "run_progressed"]);
    }
  });
  test("events come in one batch, and after a break it goes on behind the last one", async () => {
    const asked = serving([[frame(4), frame(5)], [frame(6)]]);
    const told: FeedMessage[] = [];
    const feed = new Feed("d1", 3, (message) => told.push(message));
    await vi.waitFor(() => expect(told.filter((one) => one.kind === "events")).toHaveLength(2), 3000);
    feed.close();
    expect(asked.slice(0, 2)).toEqual(["3", "5"]);
    expect(told.filter((one) => one.kind === "events")).toEqual([
      { kind: "events", head: 5, types: ["run_progressed"] },
      { kind: "events", head: 6, types: ["run_progressed"] },
    ]);
    expect(told.some((one) => one.kind === "state" && one.state === "reconnecting")).toBe(true);
  });
  test("while many come, the page is told less often, and nothing is lost", async () => {
    const sent = Array.from({ length: 12 }, (_, i) => Array.from({ length: 25 }, (_, k) => frame(1 + i * 25 + k, k % 2 === 0 ? "run_progressed" : "dataset_changed")).join(""));
    vi.stubGlobal("fetch", () => {
      const body = new ReadableStream({
        async start(controller) {
          for (const piece of sent) {
            controller.enqueue(new TextEncoder().encode(piece));
            await new Promise((done) => setTimeout(done, 75));
          }
        },
      });
      return Promise.resolve(new Response(body));
    });
    const told: { head: number; at: number; types: string[] }[] = [];
    const feed = new Feed("d1", 0, (message) => message.kind === "events" && told.push({ head: message.head, at: performance.now(), types: message.types }));
    await vi.waitFor(() => expect(told.at(-1)?.head).toBe(300), 4000);
    feed.close();
    expect(told.length).toBeLessThanOrEqual(5); // 900 ms: one batch of 100 ms, then one each 400 ms
    expect([...told[0].types].sort()).toEqual(["dataset_changed", "run_progressed"]);
    expect(told.map((one) => one.head)).toEqual([...told.map((one) => one.head)].sort((a, b) => a - b));
  });
  test("a dataset that is gone is not asked for again", async () => {
    const asked = serving([404, ["never"]]);
    const told: FeedMessage[] = [];
    new Feed("d9", 0, (message) => told.push(message));
    await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ state: "gone" })));
    await new Promise((done) => setTimeout(done, 700));
    expect(asked).toHaveLength(1);
  });
  test("who fell behind is told to read anew", async () => {
    serving([["event: resync\ndata: {\"head\":99}\n\n"]]);
    const told: FeedMessage[] = [];
    const feed = new Feed("d1", 1, (message) => told.push(message));
    await vi.waitFor(() => expect(told).toContainEqual({ kind: "resync", head: 99 }));
    feed.close();
    expect(feed.last).toBe(99);
  });
  test("progress touches only what shows progress; a kind that is not known touches everything", () => {
    expect(touchedBy("run_progressed")).not.toContain("records");
    expect(touchedBy("run_progressed")).toContain("canvas");
    expect(touchedBy("topics_assigned")).toContain("records");
    expect(touchedBy("something_new")).toEqual(["*"]);
  });
});
