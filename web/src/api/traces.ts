// Traces: the finished calls of models that the daemon has been told of. The contract's words, and reads.
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Problem, type Query, read } from "./client";
import type { components, operations } from "./schema";

type Schemas = components["schemas"];
export type TraceSummary = Schemas["CallSummary"];
export type Trace = Schemas["CallDetail"];
export type TraceList = Schemas["CallList"];
export type TraceFacets = Schemas["CallFacets"];
export type TracePreview = Schemas["CallsPreview"];
export type TracesImported = Schemas["CallsTaken"];
export type Pulled = Schemas["Pulled"];
export type Counted = TraceFacets["models"][number];
export type Skipped = TracePreview["skipped"]; // reason -> calls
export type Folding = NonNullable<Schemas["CallSelection"]["folding"]>;
export type PullState = NonNullable<Schemas["Dataset"]["pull"]>; // what a dataset remembers of its last pull
// As the daemon reads it, in a query and in a body; which of the two the contract does not say of a body.
export type TraceFilter = Omit<NonNullable<operations["listTraces"]["parameters"]["query"]>, "limit" | "cursor">;
export type TraceChoice = Omit<Schemas["CallSelection"], "filter" | "limit" | "categorize"> & { filter?: TraceFilter };

export type TraceSource = Schemas["TraceSource"]; // where the daemon fetches traces itself

const pageSize = 200;
export const asQuery = (filter: TraceFilter): Query => ({ ...filter });

export const useTraces = (filter: TraceFilter, enabled = true) =>
  useInfiniteQuery({
    queryKey: ["traces", "list", filter],
    queryFn: ({ signal, pageParam }) => read<TraceList>("/traces", { ...asQuery(filter), limit: pageSize, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    enabled,
    staleTime: Number.POSITIVE_INFINITY, // what is being read does not move; new calls are told of beside it
  });
// Counts may move by themselves, so that new calls are seen to arrive.
export const useTraceFacets = (filter: TraceFilter, enabled = true) =>
  useQuery({
    queryKey: ["traces", "facets", filter],
    queryFn: ({ signal }) => read<TraceFacets>("/traces/facets", asQuery(filter), signal),
    placeholderData: keepPreviousData,
    refetchInterval: 5000,
    enabled,
  });
export const useTrace = (id: string | null) =>
  useQuery({ queryKey: ["traces", "one", id], queryFn: ({ signal }) => read<Trace>(`/traces/${encodeURIComponent(id!)}`, {}, signal), enabled: id !== null });
// Null where the daemon pulls from nowhere, since it is older than sources are.
export const useTraceSources = () =>
  useQuery({
    queryKey: ["traces", "sources"],
    queryFn: async ({ signal }) => {
      try {
        return (await read<{ items: TraceSource[] }>("/traces/sources", {}, signal)).items;
      } catch (problem) {
        if (problem instanceof Problem && problem.status === 404) return null;
        throw problem;
      }
    },
    refetchInterval: ({ state }) => (state.data === null ? false : state.data?.some((one) => one.state === "pulling") ? 1000 : 5000),
  });
// The call that a record was made of, while it is kept: records name its span and its time.
export const useTraceOf = (of: { trace_id: string; span_id: string; time: string } | null) =>
  useQuery({
    queryKey: ["traces", "of", of],
    queryFn: async ({ signal }) => {
      const start = Number(BigInt(of!.time) / 1_000_000n);
      const list = await read<TraceList>("/traces", { from: new Date(start - 1).toISOString(), to: new Date(start + 2).toISOString(), limit: 200 }, signal);
      return list.items.find((one) => one.trace_id === of!.trace_id && one.span_id === of!.span_id)?.id ?? null;
    },
    enabled: of !== null,
    staleTime: 60_000,
  });
