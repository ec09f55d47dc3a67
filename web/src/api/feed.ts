// One event stream of one dataset, read with fetch: every kind of event without naming it beforehand, many events
// in one batch, and a resume from the last position after a break.
import { base } from "./client";

export type FeedState = "connecting" | "live" | "reconnecting" | "gone";
export type FeedMessage =
  | { kind: "state"; state: FeedState; since: number; last: number }
  | { kind: "events"; head: number; types: string[] } // what a batch of them comes to
  | { kind: "resync"; head: number };

const batchTime = 100; // ms
const busyBatchTime = 400; // ms; while many come, so that the page is not woken for each few
const many = 20; // in one batch
const retryTimes = [500, 1000, 2000, 4000, 8000]; // ms

export interface Frame {
  event: string;
  data: string;
}

// Whole frames of a piece of text/event-stream, and the rest that is not whole yet.
export function framesIn(text: string): { frames: Frame[]; rest: string } {
  const parts = text.split("\n\n");
  const rest = parts.pop() ?? "";
  const frames: Frame[] = [];
  for (const part of parts) {
    let event = "message";
    let data = "";
    for (const line of part.split("\n")) {
      if (line.startsWith("event: ")) event = line.slice(7);
      if (line.startsWith("data: ")) data += line.slice(6);
    }
    if (data) frames.push({ event, data });
  }
  return { frames, rest };
}

export class Feed {
  private controller: AbortController | null = null;
  private waiting = { events: 0, types: new Set<string>() };
  private busy = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private failures = 0;
  private closed = false;
  state: FeedState = "connecting";
  since = Date.now();

  constructor(
    private readonly dataset: string,
    public last: number,
    private readonly tell: (message: FeedMessage) => void,
  ) {
    void this.run();
  }

  close() {
    this.closed = true;
    this.controller?.abort();
    if (this.timer) clearTimeout(this.timer);
  }

  private become(state: FeedState) {
    if (this.state !== state) this.since = Date.now();
    this.state = state;
    this.tell({ kind: "state", state, since: this.since, last: this.last });
  }

  private async run() {
    while (!this.closed) {
      const open = await this.readUntilItBreaks();
      if (this.closed || !open) return;
      this.become("reconnecting");
      const wait = retryTimes[Math.min(this.failures, retryTimes.length - 1)];
      this.failures += 1;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  // False: there is no such dataset (any more), so there is nothing to come back to.
  private async readUntilItBreaks(): Promise<boolean> {
    this.controller = new AbortController();
    try {
      const response = await fetch(`${base}/datasets/${encodeURIComponent(this.dataset)}/events`, {
        headers: { Accept: "text/event-stream", "Last-Event-ID": String(this.last) },
        cache: "no-store",
        signal: this.controller.signal,
      });
      if (response.status === 404 || response.status === 410) {
        this.become("gone");
        return false;
      }
      if (response.status === 400) this.last = 0; // another daemon, with a shorter log
      if (!response.ok || !response.body) return true;
      this.failures = 0;
      this.become("live");
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return true;
        const found = framesIn(rest + value);
        rest = found.rest;
        found.frames.forEach((frame) => this.take(frame));
      }
    } catch {
      return true;
    }
  }

  private take(frame: Frame) {
    if (frame.event === "closing") return;
    const data = JSON.parse(frame.data) as { head?: number; position?: number; type?: string };
    if (frame.event === "resync") {
      this.last = data.head ?? this.last;
      this.tell({ kind: "resync", head: this.last });
      return;
    }
    this.last = data.position ?? this.last;
    this.waiting.events += 1;
    this.waiting.types.add(data.type ?? frame.event);
    this.timer ??= setTimeout(() => this.hand(), this.busy ? busyBatchTime : batchTime);
  }
  private hand() {
    this.timer = null;
    const { events, types } = this.waiting;
    this.waiting = { events: 0, types: new Set() };
    this.busy = events >= many;
    this.tell({ kind: "events", head: this.last, types: [...types] });
  }
}
