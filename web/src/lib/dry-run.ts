// Thresholds and words of a dry run, as the verdict table shows them.
import type { DryRun, DryRunReport, Metric, StepState } from "@/api/types";
import { fixed2, percent1 } from "./format";

export const verdictState: Record<string, StepState> = { GO: "complete", CAUTION: "attention", "NO-GO": "failed" };
export const verdictTone: Record<string, "ok" | "warn" | "bad"> = { GO: "ok", CAUTION: "warn", "NO-GO": "bad" };
export const stateOf = (run: DryRun): StepState =>
  run.verdict ? verdictState[run.verdict] : run.state === "failed" ? "failed" : run.state === "cancelled" ? "waiting" : run.state === "completed" ? "attention" : "processing";

export interface MetricRow {
  id: keyof DryRunReport["metrics"];
  name: string;
  metric: Metric;
  value: string;
  interval: string | null;
  go: string;
  caution: string;
  noGo: string;
  top: number; // where its scale ends
}

const share = (value: number) => percent1(100 * value);

export function metricRows(report: DryRunReport): MetricRow[] {
  const { metrics, intervals } = report;
  const row = (id: "mean" | "above_zero" | "std", name: string, show: (value: number) => string, top: number): MetricRow => {
    const metric = metrics[id];
    const { low, high } = intervals[id];
    return { id, name, metric, value: show(metric.value), interval: `${show(low)} to ${show(high)}`, go: `> ${show(metric.go)}`, caution: `${show(metric.no_go)} to ${show(metric.go)}`, noGo: `< ${show(metric.no_go)}`, top };
  };
  const missing = metrics.unscored;
  return [
    row("mean", "Mean score", fixed2, 1),
    row("above_zero", "Scoring above 0", share, 1),
    row("std", "Standard deviation", fixed2, 0.5),
    { id: "unscored", name: "Without a score", metric: missing, value: share(missing.value), interval: null, go: `≤ ${share(missing.no_go)}`, caution: "–", noGo: `> ${share(missing.no_go)}`, top: 0.5 },
  ];
}

// Bounds of a bin as the filter of scores; the last bin holds 1 too.
export const binFilter = (bin: { from: number; to: number }) => `gte${bin.from}${bin.to < 1 ? `lt${bin.to}` : ""}`;

// What of a run's inputs came after it, with the grader told apart: its answers can be graded again.
export const graderMovedOn = (run: DryRun, newest: number) => newest > run.grader_version;
