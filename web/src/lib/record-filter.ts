// The filter of records: in the address with short names, for the API with its own.
import type { Query } from "@/api/client";

export interface RecordFilter {
  q: string | null;
  topic: string | null;
  valid: string | null; // "true", "false"
  code: string | null;
  source: string | null;
  conf: string | null; // "lt0.7", "gte0.8"
  score: string | null;
  dup: string | null;
  sort: string | null;
}

export function filterFrom(get: (name: string) => string | null): RecordFilter {
  return { q: get("q"), topic: get("topic"), valid: get("valid"), code: get("code"), source: get("source"), conf: get("conf"), score: get("score"), dup: get("dup"), sort: get("sort") };
}

// "lt0.7", "gte0.8", "gte0.4lt0.5"
export function bounds(name: string, text: string | null): Query {
  const pairs = [...(text ?? "").matchAll(/(lt|gte)(\d*\.?\d+)/g)];
  return Object.fromEntries(pairs.map(([, side, value]) => [`${name}_${side}`, Number(value)]));
}

// As query parameters, and as the `filter` of a bulk change.
export function asQuery(filter: RecordFilter): Query {
  const query: Query = { ...bounds("confidence", filter.conf), ...bounds("score", filter.score) };
  if (filter.q) query.q = filter.q;
  if (filter.topic) query.topic = filter.topic;
  if (filter.valid) query.valid = filter.valid === "true";
  if (filter.code) query.code = filter.code;
  if (filter.source) query.source = filter.source;
  if (filter.dup) query.duplicate = filter.dup === "true";
  return query;
}

export const isNarrowed = (filter: RecordFilter) => Object.keys(asQuery(filter)).length > 0;
