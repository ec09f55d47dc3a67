import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Rounds } from "@/api/rounds";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("what gathers within a moment is one round", async () => {
  const seen: string[][] = [];
  const rounds = new Rounds(async (things) => seen.push([...things].sort()));
  rounds.add(["canvas", "runs"]);
  await vi.advanceTimersByTimeAsync(100);
  rounds.add(["runs", "topics"]);
  await vi.advanceTimersByTimeAsync(200);
  expect(seen).toEqual([["canvas", "runs", "topics"]]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(seen).toHaveLength(1);
});

test("what comes during a round is the next one, after a pause twice as long; never two at once", async () => {
  const began: number[] = [];
  let open = 0;
  const rounds = new Rounds(async () => {
    began.push(Date.now());
    open += 1;
    expect(open).toBe(1);
    await new Promise((done) => setTimeout(done, 400));
    open -= 1;
  });
  const first = Date.now();
  const stream = setInterval(() => rounds.add(["canvas"]), 10);
  await vi.advanceTimersByTimeAsync(6000);
  clearInterval(stream);
  const pauses = began.slice(1).map((at, i) => at - began[i]);
  expect(began[0] - first).toBeLessThanOrEqual(270);
  expect(pauses.length).toBeGreaterThan(3);
  for (const pause of pauses) expect(pause).toBeGreaterThanOrEqual(1200);
  const told = began.length;
  await vi.advanceTimersByTimeAsync(3000);
  expect(began.length - told).toBe(1); // the last of what came is not forgotten
});

test("a round that fails or never ends does not end the rounds", async () => {
  let calls = 0;
  const rounds = new Rounds(() => {
    calls += 1;
    if (calls === 1) return Promise.reject(new Error("no answer"));
    if (calls === 2) return new Promise(() => undefined);
    return Promise.resolve();
  });
  for (let i = 1; i <= 3; i += 1) {
    rounds.add(["canvas"]);
    await vi.advanceTimersByTimeAsync(8000);
    expect(calls).toBe(i);
  }
});
