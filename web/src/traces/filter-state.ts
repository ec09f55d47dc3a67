// Where a filter of traces is kept: in the address of a screen, or in a dialog that is open.
import { useCallback, useMemo, useState } from "react";
import type { TraceFilter } from "@/api/traces";
import { noTraceFilter, traceFilterFrom } from "@/lib/trace-filter";
import { type Patch, useUrl } from "@/lib/url";

export interface FilterState {
  filter: TraceFilter;
  get: (name: string) => string | null;
  change: (patch: Patch) => void;
  clear: () => void;
  again: () => void; // "last hour" counts back from now
}

export function useFilterInAddress(): FilterState {
  const url = useUrl();
  const [now, setNow] = useState(Date.now);
  return useMemo(
    () => ({
      filter: traceFilterFrom(url.get, now),
      get: url.get,
      change: (patch) => url.replace({ ...patch, trace: null }),
      clear: () => url.replace({ ...noTraceFilter, trace: null }),
      again: () => setNow(Date.now()),
    }),
    [url, now],
  );
}

export function useFilterHere(): FilterState {
  const [values, setValues] = useState<Record<string, string>>({});
  const [now, setNow] = useState(Date.now);
  const get = useCallback((name: string) => values[name] ?? null, [values]);
  return useMemo(
    () => ({
      filter: traceFilterFrom(get, now),
      get,
      change: (patch) =>
        setValues((before) => {
          const entries = Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null && value !== undefined && value !== "");
          return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
        }),
      clear: () => setValues({}),
      again: () => setNow(Date.now()),
    }),
    [get, now],
  );
}
