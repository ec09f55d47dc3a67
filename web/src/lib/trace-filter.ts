// The filter of traces: in the address with short names, for the API with its own, and in words.
import type { TraceFilter } from "@/api/traces";
import { count, fullTime } from "./format";
import type { Patch } from "./url";

const names = ["q", "system", "session", "model", "provider", "label", "status", "dialect", "tools", "answer", "turns", "tokens", "from", "to", "since"] as const;
export const noTraceFilter: Patch = Object.fromEntries(names.map((name) => [name, null]));

// How far back, as long as no exact time is asked for.
export const spans: Record<string, { name: string; ms: number }> = {
  "1h": { name: "Last hour", ms: 3_600_000 },
  "24h": { name: "Last 24 hours", ms: 86_400_000 },
  "7d": { name: "Last 7 days", ms: 7 * 86_400_000 },
  "30d": { name: "Last 30 days", ms: 30 * 86_400_000 },
};
export const tokenRanges: Record<string, { name: string; gte?: number; lt?: number }> = {
  short: { name: "Under 500 tokens", lt: 500 },
  middle: { name: "500 to 4,000 tokens", gte: 500, lt: 4000 },
  long: { name: "4,000 tokens and over", gte: 4000 },
};

// Values may hold a comma, so lists are JSON where there is more than one.
export function listOf(text: string | null): string[] {
  if (!text) return [];
  if (!text.startsWith("[")) return [text];
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) ? found.filter((one): one is string => typeof one === "string") : [text];
  } catch {
    return [text];
  }
}
export const listText = (values: string[]): string | null => (values.length === 0 ? null : values.length === 1 && !values[0].startsWith("[") ? values[0] : JSON.stringify(values));

const flag = (text: string | null) => (text === "true" ? true : text === "false" ? false : undefined);

export function traceFilterFrom(get: (name: string) => string | null, now: number): TraceFilter {
  const filter: TraceFilter = {};
  for (const name of ["q", "system", "session", "from", "to"] as const) {
    const value = get(name)?.trim();
    if (value) filter[name] = value;
  }
  const since = spans[get("since") ?? ""];
  if (since && !filter.from) filter.from = new Date(now - since.ms).toISOString();
  for (const name of ["model", "provider", "dialect", "label"] as const) {
    const values = listOf(get(name));
    if (values.length > 0) filter[name] = values;
  }
  const status = get("status");
  if (status === "ok" || status === "error") filter.status = status;
  const [tools, answer] = [flag(get("tools")), flag(get("answer"))];
  if (tools !== undefined) filter.has_tools = tools;
  if (answer !== undefined) filter.has_output = answer;
  const turns = Number(get("turns"));
  if (Number.isInteger(turns) && turns > 1) filter.min_turns = turns;
  const tokens = tokenRanges[get("tokens") ?? ""];
  if (tokens?.gte) filter.tokens_gte = tokens.gte;
  if (tokens?.lt) filter.tokens_lt = tokens.lt;
  return filter;
}

export const isFiltered = (filter: TraceFilter) => Object.keys(filter).length > 0;

export interface FilterWord {
  text: string;
  widen: Patch; // the address without it
}

// Each part of the filter as a person says it, so that it can be taken back alone.
export function filterWords(filter: TraceFilter): FilterWord[] {
  const found: FilterWord[] = [];
  const add = (text: string, ...gone: string[]) => found.push({ text, widen: Object.fromEntries(gone.map((name) => [name, null])) });
  if (filter.q) add(`“${filter.q}” in the last user message`, "q");
  if (filter.system) add(`“${filter.system}” in the system prompt`, "system");
  if (filter.from && filter.to) add(`${fullTime(filter.from)} to ${fullTime(filter.to)}`, "from", "to", "since");
  else if (filter.from) add(`since ${fullTime(filter.from)}`, "from", "since");
  else if (filter.to) add(`before ${fullTime(filter.to)}`, "to");
  if (filter.model) add(`model ${filter.model.join(" or ")}`, "model");
  if (filter.provider) add(`provider ${filter.provider.join(" or ")}`, "provider");
  if (filter.label) add(`labelled ${filter.label.join(" and ")}`, "label");
  if (filter.status) add(filter.status === "ok" ? "succeeded" : "failed", "status");
  if (filter.dialect) add(`dialect ${filter.dialect.join(" or ")}`, "dialect");
  if (filter.has_tools !== undefined) add(filter.has_tools ? "with tools" : "without tools", "tools");
  if (filter.has_output !== undefined) add(filter.has_output ? "with an answer" : "without an answer", "answer");
  if (filter.session) add(`session ${filter.session}`, "session");
  if (filter.min_turns) add(`${count(filter.min_turns)} or more turns`, "turns");
  if (filter.tokens_gte !== undefined || filter.tokens_lt !== undefined) {
    const { tokens_gte: gte, tokens_lt: lt } = filter;
    add(gte !== undefined && lt !== undefined ? `${count(gte)} to ${count(lt)} tokens` : gte !== undefined ? `${count(gte)} tokens and over` : `under ${count(lt!)} tokens`, "tokens");
  }
  return found;
}

const reasons: Record<string, string> = {
  failed: "failed calls",
  no_messages: "without recorded messages",
  no_answer: "without an answer",
  no_user_turn: "with no user or tool message to answer",
  folded: "repeated by a later call of their conversation",
  same_content: "with the same content as another",
  already_here: "already in this dataset",
};
export const reasonText = (reason: string) => reasons[reason] ?? reason.replaceAll("_", " ");
