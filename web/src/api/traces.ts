// Traces: the finished calls of models that the daemon has been told of. Types and reads.
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type Query, read } from "./client";

export type Folding = "not_a_prefix" | "every_call" | "last_of_session";
export type Skipped = Record<string, number>; // reason -> calls

// As the daemon reads it, in a query and in a body.
export interface TraceFilter {
  from?: string;
  to?: string;
  model?: string[];
  provider?: string[];
  status?: "ok" | "error";
  has_tools?: boolean;
  q?: string;
  label?: string[];
  session?: string;
  min_turns?: number;
  tokens_gte?: number;
  tokens_lt?: number;
  dialect?: string;
  has_output?: boolean;
  system?: string;
}

export interface TraceSummary {
  id: string;
  time: string;
  received_at: string;
  trace_id: string;
  span_id: string;
  dialect: string;
  provider: string | null;
  model: string | null;
  model_asked: string | null;
  status: "ok" | "error";
  error: string | null;
  turns: number;
  messages: number;
  has_tools: boolean;
  has_output: boolean;
  tokens_in: number | null;
  tokens_out: number | null;
  cost_usd: number | null;
  latency_ms: number | null;
  first_token_ms: number | null;
  session: string | null;
  thread: string | null;
  run: string | null;
  user: string | null;
  labels: string[];
  preview: string;
  answer_preview: string;
  problems: { problem: string; attribute: string }[];
}

export interface Span {
  span_id: string;
  parent_span_id: string | null;
  name: string;
  start: string;
  end: string;
  is_call: boolean;
}

export interface Trace extends Omit<TraceSummary, "messages"> {
  messages: unknown[]; // the prompt, in OpenAI's chat form
  tools: unknown[] | null;
  tool_choice: unknown;
  output: unknown;
  finish_reason: string | null;
  other_answers: number;
  tokens_cached: number | null;
  tokens_reasoning: number | null;
  spans: Span[];
  record: object | null;
  skip: string | null;
}

export interface TraceList {
  items: TraceSummary[];
  next: string | null;
  total: number;
  kept: number;
}

export interface Counted {
  value: string;
  count: number;
}

export interface TraceFacets {
  total: number;
  kept: number;
  models: Counted[];
  providers: Counted[];
  statuses: Counted[];
  labels: Counted[];
  dialects: Counted[];
  hours: { from: string; count: number }[];
  bucket_seconds: number;
  waiting: { spans: number; log_records: number };
  problems: Record<string, number>;
  bytes: number;
  oldest: string | null;
  newest: string | null;
}

export interface TraceChoice {
  filter?: TraceFilter;
  ids?: string[];
  folding?: Folding;
  with_failed?: boolean;
}

export interface TracePreview {
  matching: number;
  offered: number;
  skipped: Skipped;
  pattern: {
    system_prompt: string | null;
    system_prompt_share: number;
    tools: { name: string; count: number }[];
    models: Counted[];
    suggested_name: string;
    suggested_objective: string;
  };
  sample: TraceSummary[];
}

export interface TraceSource {
  name: string;
  kind: "langfuse" | "vllora";
  base_url: string;
  every_seconds: number;
  state: "idle" | "pulling" | "failing" | "off";
  watermark: string | null;
  last_pull_at: string | null;
  last_taken: number | null;
  taken_total: number;
  last_error: string | null;
  next_pull_at: string | null;
}

export interface TracesImported {
  lines: number;
  calls: number;
  spans: number;
  repeated: number;
  refused: { line: number; error: string }[];
  refused_total: number;
}

// What a dataset remembers of its last pull.
export interface PullState {
  filter: TraceFilter;
  folding: Folding;
  with_failed: boolean;
  watermark: string | number;
  pulled_at: string | null;
  waiting: number;
}
export interface PullPreview {
  matching: number;
  offered: number;
  skipped: Skipped;
  watermark: string | number;
}
export interface PullStarted {
  run: string;
  pulled: number;
  skipped: Skipped;
  matching: number;
  watermark: string | number;
}

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
export const useTraceSources = () =>
  useQuery({
    queryKey: ["traces", "sources"],
    queryFn: ({ signal }) => read<{ items: TraceSource[] }>("/traces/sources", {}, signal),
    refetchInterval: ({ state }) => (state.data?.items.some((one) => one.state === "pulling") ? 1000 : 5000),
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
