// Every read of the page. The key says which dataset, at which position ("live" or a number) and what: the past
// never goes stale, the present is outdated by the stream.
import { keepPreviousData, type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { type Answer, Problem, type Query, read } from "./client";
import { sawHead } from "./live";
import type { Canvas, Coverage, Dataset, DatasetList, Diff, EventList, Health, Histogram, LogEvent, RecordFull, RecordList, Run, RunList, System, Topics, TopicTemplates } from "./types";

export type At = string | null; // position or time in the address; null = live

const forEver = Number.POSITIVE_INFINITY;
const path = (id: string, rest = "") => `/datasets/${encodeURIComponent(id)}${rest}`;

export function ofDataset<T>(id: string, at: At, thing: string, rest: string, query: Query = {}) {
  return queryOptions({
    queryKey: ["dataset", id, at ?? "live", thing, rest, query] as const,
    queryFn: ({ signal }) => read<T>(path(id, rest), { ...query, at }, signal),
    staleTime: forEver,
    gcTime: at === null ? 60_000 : 600_000,
  });
}

export const canvasOf = (id: string, at: At) => ({
  ...ofDataset<Canvas>(id, at, "canvas", "/canvas"),
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    const canvas = await read<Canvas>(path(id, "/canvas"), { at }, signal);
    sawHead(id, canvas.head);
    return canvas;
  },
  placeholderData: keepPreviousData,
});

export const useDatasets = (query: Query) =>
  useQuery({
    queryKey: ["datasets", query],
    queryFn: ({ signal }) => read<DatasetList>("/datasets", query, signal),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.items.some((one) => one.status === "processing") ? 1000 : 5000),
  });
export const useSystem = () =>
  useQuery({ queryKey: ["system"], queryFn: ({ signal }) => read<System>("/system", {}, signal), refetchInterval: 5000 });

export const useDatasetInfo = (id: string, at: At) => useQuery(ofDataset<Dataset>(id, at, "dataset", ""));
export const useTopics = (id: string, at: At, enabled = true) =>
  useQuery({ ...ofDataset<Topics>(id, at, "topics", "/topics"), enabled });
export const useTemplates = (enabled: boolean) =>
  useQuery({ queryKey: ["topic-templates"], queryFn: ({ signal }) => read<TopicTemplates>("/topic-templates", {}, signal), enabled, staleTime: forEver });
export const useHealth = (id: string, at: At) => useQuery(ofDataset<Health>(id, at, "health", "/health"));
export const useCoverage = (id: string, at: At, enabled = true) =>
  useQuery({ ...ofDataset<Coverage>(id, at, "coverage", "/coverage"), enabled, placeholderData: keepPreviousData });
export const useRuns = (id: string, at: At, query: Query = {}) =>
  useQuery({ ...ofDataset<RunList>(id, at, "runs", "/runs", query), placeholderData: keepPreviousData });
export const useRun = (id: string, at: At, run: string | null) =>
  useQuery({ ...ofDataset<Run>(id, at, "run", `/runs/${run}`), enabled: run !== null });
export const useRecord = (id: string, at: At, record: string) =>
  useQuery(ofDataset<RecordFull>(id, at, "record", `/records/${encodeURIComponent(record)}`));
export const useRecordCount = (id: string, at: At, query: Query, enabled = true) =>
  useQuery({ ...ofDataset<RecordList>(id, at, "records", "/records", { ...query, limit: 1 }), enabled });
export const useHistogram = (id: string, buckets: number) =>
  useQuery({ ...ofDataset<Histogram>(id, null, "histogram", "/events/histogram", { buckets }), placeholderData: keepPreviousData });
export const useDiff = (id: string, from: number, to: number | null) =>
  useQuery({ ...ofDataset<Diff>(id, null, "diff", "/diff", { from, to }), placeholderData: keepPreviousData });

// Events do not change, so each is kept; only the newest page is asked for again.
export const eventPage = (id: string, from: number, limit: number, head: number) => {
  const whole = from + limit - 1 <= head;
  return queryOptions({
    queryKey: whole ? (["dataset", id, "log", "page", from, limit] as const) : (["dataset", id, "live", "events", from, limit] as const),
    queryFn: ({ signal }) => read<EventList>(path(id, "/events"), { from, limit }, signal),
    staleTime: forEver,
  });
};
export const useEvent = (id: string, position: number) =>
  useQuery({
    queryKey: ["dataset", id, "log", "event", position],
    queryFn: async ({ signal }): Promise<LogEvent> => {
      const page = await read<EventList>(path(id, "/events"), { from: position, to: position, limit: 1, detail: "full" }, signal);
      const event = page.items[0];
      if (!event) {
        throw new Problem(404, {
          type: "about:blank",
          title: "No such event",
          status: 404,
          detail: `expected an event at position ${position}, but the log ends at ${page.head}`,
          errors: [],
        });
      }
      return event;
    },
    staleTime: forEver,
  });

export async function outdateDataset(client: QueryClient, id: string) {
  await Promise.all([
    client.invalidateQueries({ predicate: ({ queryKey: key }) => key[0] === "dataset" && key[1] === id && key[2] === "live" }),
    client.invalidateQueries({ queryKey: ["datasets"] }),
  ]);
}

// After a write the page asks anew for everything of the dataset, so that it shows what the answer promised.
export function useWritten(id: string) {
  const client = useQueryClient();
  return useCallback(
    async (answer: Answer<unknown>) => {
      if (answer.position !== null) sawHead(id, answer.position);
      await outdateDataset(client, id);
    },
    [client, id],
  );
}
