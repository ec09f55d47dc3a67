// Reads of graders, dry runs, generations and models.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type Query, read } from "./client";
import { type At, ofDataset } from "./queries";
import type { DryRunComparison, DryRunList, DryRunReport, GeneratedRecordList, Generation, GenerationList, Grader, GraderDiff, GraderPresets, GraderVersions, ModelList, SampleList } from "./types";

export const useGrader = (id: string, at: At) => useQuery(ofDataset<Grader>(id, at, "grader", "/grader"));
export const useGraderVersions = (id: string, at: At, enabled = true) =>
  useQuery({ ...ofDataset<GraderVersions>(id, at, "grader", "/grader/versions", { limit: 500 }), enabled });
export const useGraderDiff = (id: string, at: At, from: number, to: number) =>
  useQuery({ ...ofDataset<GraderDiff>(id, at, "grader", "/grader/diff", { from, to }), enabled: from > 0 && to > 0, placeholderData: keepPreviousData });
export const usePresets = (enabled: boolean) =>
  useQuery({ queryKey: ["grader-presets"], queryFn: ({ signal }) => read<GraderPresets>("/graders/presets", {}, signal), enabled, staleTime: Number.POSITIVE_INFINITY });
export const useModels = (enabled = true) =>
  useQuery({ queryKey: ["models"], queryFn: ({ signal }) => read<ModelList>("/models", {}, signal), enabled, staleTime: 30_000 });

export const useDryRuns = (id: string, at: At, enabled = true) =>
  useQuery({ ...ofDataset<DryRunList>(id, at, "dry-runs", "/dry-runs", { limit: 100 }), enabled });
export const useDryRun = (id: string, at: At, run: string | null) =>
  useQuery({ ...ofDataset<DryRunReport>(id, at, "dry-run", `/dry-runs/${run}`), enabled: run !== null, placeholderData: (before) => (before?.id === run ? before : undefined) });
export const useSamples = (id: string, at: At, run: string, query: Query, enabled = true) =>
  useQuery({ ...ofDataset<SampleList>(id, at, "samples", `/dry-runs/${run}/samples`, query), enabled, placeholderData: keepPreviousData });
export const useComparison = (id: string, at: At, a: string | null, b: string) =>
  useQuery({ ...ofDataset<DryRunComparison>(id, at, "dry-run", "/dry-runs/compare", { a, b }), enabled: a !== null });

export const useGenerations = (id: string, at: At) => useQuery(ofDataset<GenerationList>(id, at, "generations", "/generations", { limit: 50 }));
export const useGeneration = (id: string, at: At, run: string | null) =>
  useQuery({ ...ofDataset<Generation>(id, at, "generations", `/generations/${run}`), enabled: run !== null, placeholderData: keepPreviousData });
export const useGenerated = (id: string, at: At, run: string, query: Query) =>
  useQuery({ ...ofDataset<GeneratedRecordList>(id, at, "generations", `/generations/${run}/records`, query), placeholderData: keepPreviousData });

export const isActive = (run: { state: string }) => ["requested", "running", "waiting_retry", "parked"].includes(run.state);
