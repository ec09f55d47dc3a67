// The address is the state of the page: step, modal, filters, position. Opening something is a step back away,
// changing a filter is not.
import { useCallback, useMemo } from "react";
import { useLocation, useSearch } from "wouter";

export type Patch = Record<string, string | number | null | undefined>;

export function patched(search: string, patch: Patch): string {
  const parameters = new URLSearchParams(search);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === undefined || value === "") parameters.delete(name);
    else parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text ? `?${text}` : "";
}

export interface Url {
  get: (name: string) => string | null;
  push: (patch: Patch) => void;
  replace: (patch: Patch) => void;
  search: string;
}

export function useUrl(): Url {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const get = useCallback((name: string) => new URLSearchParams(search).get(name), [search]);
  return useMemo(
    () => ({
      get,
      search,
      push: (patch) => navigate(path + patched(window.location.search, patch)),
      replace: (patch) => navigate(path + patched(window.location.search, patch), { replace: true }),
    }),
    [get, navigate, path, search],
  );
}

// Names of the record filter in the address, so that opening other records can clear all of them.
export const filterNames = ["q", "topic", "valid", "code", "source", "conf", "score", "dup", "sort"] as const;
export const noFilter: Patch = Object.fromEntries([...filterNames, "record", "tab", "run", "with", "from"].map((name) => [name, null]));
