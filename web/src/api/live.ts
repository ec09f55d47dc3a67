// What the stream tells, brought to the page: the newest position of a dataset, the state of the connection, and
// which answers are out of date. One source of `head` for everything.
import { QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { newKey } from "./client";
import { Feed, type FeedMessage, type FeedState } from "./feed";
import type { ToWorker } from "./feed.worker";
import { Rounds } from "./rounds";

export interface Live {
  head: number;
  state: FeedState;
  since: number; // ms
}

const stores = new Map<string, { value: Live; listeners: Set<() => void> }>();
const unknown: Live = { head: 0, state: "connecting", since: 0 };

function storeOf(dataset: string) {
  let store = stores.get(dataset);
  if (!store) {
    store = { value: unknown, listeners: new Set() };
    stores.set(dataset, store);
  }
  return store;
}

function change(dataset: string, patch: Partial<Live>) {
  const store = storeOf(dataset);
  store.value = { ...store.value, ...patch };
  store.listeners.forEach((listener) => listener());
}

// An answer has told a newer position than the stream has.
export function sawHead(dataset: string, head: number) {
  if (head > storeOf(dataset).value.head) change(dataset, { head });
}

export const newestOf = (dataset: string) => storeOf(dataset).value.head;

// What is picked of it: who asks for the state is not drawn anew for each event.
function useLivePart<T>(dataset: string, pick: (live: Live) => T): T {
  const store = storeOf(dataset);
  return useSyncExternalStore(
    (listener) => {
      store.listeners.add(listener);
      return () => store.listeners.delete(listener);
    },
    () => pick(store.value),
  );
}
export const useHead = (dataset: string) => useLivePart(dataset, (live) => live.head);
export const useFeedState = (dataset: string) => useLivePart(dataset, (live) => live.state);
export const useFeedSince = (dataset: string) => useLivePart(dataset, (live) => live.since);

// Things that an event of this kind may have changed; the log itself always.
export function touchedBy(type: string): string[] {
  const always = ["canvas", "runs", "run", "events", "histogram"];
  if (type === "run_progressed" || type === "run_requested" || type === "run_started") return always;
  if (type === "records_imported" || type === "import_received") return always;
  if (type.startsWith("topic") || type.startsWith("assignments") || type.startsWith("calibration"))
    return [...always, "topics", "coverage", "records", "record", "dataset", "diff"];
  if (type.startsWith("samples_") || type === "dry_run_sampled") return [...always, "dry-runs", "dry-run", "samples"];
  if (type === "calls_recorded") return always;
  if (type === "records_generated" || type.startsWith("generation_")) return [...always, "generations"];
  if (type.startsWith("coverage")) return [...always, "coverage", "dataset", "diff"];
  return ["*"];
}

const rounds = new Map<string, Rounds>();

function outdate(client: QueryClient, dataset: string, things: string[]) {
  let own = rounds.get(dataset);
  if (!own) {
    own = new Rounds((touched) =>
      client.invalidateQueries({
        predicate: ({ queryKey: key }) =>
          key[0] === "dataset" && key[1] === dataset && key[2] === "live" && (touched.has("*") || touched.has(String(key[3]))),
      }),
    );
    rounds.set(dataset, own);
  }
  own.add(things);
}

function take(client: QueryClient, dataset: string, message: FeedMessage) {
  if (message.kind === "state") change(dataset, { state: message.state, since: message.since });
  if (message.kind === "resync") {
    sawHead(dataset, message.head);
    outdate(client, dataset, ["*"]);
  }
  if (message.kind === "events") {
    sawHead(dataset, message.head);
    outdate(client, dataset, message.types.flatMap(touchedBy));
  }
}

function byWorker(dataset: string, from: number, tell: (message: FeedMessage) => void): () => void {
  const worker = new SharedWorker(new URL("./feed.worker.ts", import.meta.url), { type: "module", name: "rftd-feed" });
  // A tab that is closed cannot always say so; the lock that it held is free then, which the worker waits for.
  const lock = `rftd-tab-${newKey()}`;
  let release: () => void = () => undefined;
  const held = new Promise<void>((done) => (release = done));
  const say = (kind: ToWorker["kind"]) => worker.port.postMessage({ kind, dataset, from, lock } satisfies ToWorker);
  worker.port.onmessage = ({ data }: MessageEvent<FeedMessage>) => tell(data);
  worker.port.start();
  if (navigator.locks) void navigator.locks.request(lock, () => (say("join"), held));
  else say("join");
  const ping = setInterval(() => say("ping"), 20_000);
  const leave = () => say("leave");
  window.addEventListener("pagehide", leave);
  return () => {
    clearInterval(ping);
    window.removeEventListener("pagehide", leave);
    leave();
    release();
    setTimeout(() => worker.port.close(), 0);
  };
}

// Without SharedWorker: a stream of our own, only while the tab is seen.
function byItself(dataset: string, from: number, tell: (message: FeedMessage) => void): () => void {
  let feed: Feed | null = null;
  let last = from;
  const follow = () => {
    if (document.hidden) {
      last = feed?.last ?? last;
      feed?.close();
      feed = null;
    } else {
      feed ??= new Feed(dataset, last, tell);
    }
  };
  document.addEventListener("visibilitychange", follow);
  follow();
  return () => {
    document.removeEventListener("visibilitychange", follow);
    feed?.close();
  };
}

// Follows a dataset from the moment its first answer has told where the log stands.
export function useFollow(dataset: string, head: number | undefined) {
  const client = useQueryClient();
  const known = head !== undefined;
  useEffect(() => {
    if (!known) return;
    const tell = (message: FeedMessage) => take(client, dataset, message);
    const from = storeOf(dataset).value.head;
    return typeof SharedWorker === "undefined" ? byItself(dataset, from, tell) : byWorker(dataset, from, tell);
  }, [client, dataset, known]);
}
