// Events as a person reads them: which part of the work they belong to, whether they are landmarks, one line of text.
import { count, fixed2, plural, words } from "./format";

export type Lane = "data" | "topics" | "coverage" | "grader" | "dry_run" | "train" | "deploy" | "runs";
export const lanes: { lane: Lane; name: string }[] = [
  { lane: "data", name: "Records" },
  { lane: "topics", name: "Topics" },
  { lane: "coverage", name: "Coverage" },
  { lane: "grader", name: "Grader" },
  { lane: "dry_run", name: "Dry run" },
  { lane: "train", name: "Training" },
  { lane: "deploy", name: "Deploy" },
  { lane: "runs", name: "Runs" },
];

export function laneOf(type: string): Lane {
  if (/^(dry_run|sample)/.test(type)) return "dry_run";
  if (/^grader|^grade/.test(type)) return "grader";
  if (/^(record|import|dataset|synthetic|generat|calls_|trace|pull)/.test(type)) return "data";
  if (/^(topic|assignment|calibration)/.test(type)) return "topics";
  if (/^coverage/.test(type)) return "coverage";
  if (/^(train|checkpoint|reward)/.test(type)) return "train";
  if (/^(deploy|route|benchmark)/.test(type)) return "deploy";
  return "runs";
}

// What one jumps between.
export function isMilestone(type: string): boolean {
  return /^(dataset_created|dataset_forked|import_completed|topics_defined|coverage_measured|coverage_targets_set|records_deleted|step_skipped|grader_defined|dry_run_measured|generation_reviewed|run_failed)/.test(type);
}

type Data = Record<string, unknown>;
const number = (data: Data, name: string): number | null => {
  const value = data[name];
  if (typeof value === "number") return value;
  if (Array.isArray(value)) return value.length;
  return null;
};
const text = (data: Data, name: string): string => (typeof data[name] === "string" ? (data[name] as string) : "");

// One line; falls back to the kind's name, so that a newer daemon's events still read well.
export function lineOf(event: { type: string; data: object }): string {
  const data = event.data as Data;
  const parameters = (data.parameters ?? {}) as Record<string, Data | undefined>;
  switch (event.type) {
    case "dataset_created":
      return `Dataset “${text(data, "name")}” created`;
    case "dataset_changed":
      return `Settings changed: ${Object.keys(data).join(", ")}`;
    case "run_requested":
      return `${words(text(data, "step"))} requested${parameters.import?.name ? ` (${String(parameters.import.name)})` : ""}: ${text(data, "because")}`;
    case "run_progressed":
      return `${count(number(data, "done") ?? 0)} of ${count(number(data, "total") ?? 0)}${text(data, "stage") ? `, ${text(data, "stage")}` : ""}`;
    case "run_failed":
    case "attempt_failed":
    case "run_parked":
      return `${words(event.type)}: ${text(data, "error")}`;
    case "run_cancelled":
    case "step_skipped":
      return `${words(event.type)}: ${text(data, "reason")}`;
    case "grader_defined":
      return `Grader version ${number(data, "version") ?? "?"}${text(data, "reason") ? `: ${text(data, "reason")}` : ""}`;
    case "dry_run_sampled":
      return `${plural(number(data, "records") ?? 0, "record")} drawn of ${count(number(data, "candidates") ?? 0)}`;
    case "dry_run_measured":
      return `Dry run: ${text(data, "verdict").toUpperCase().replace("_", "-")}, mean ${fixed2(number(data, "mean") ?? 0)} of ${plural(number(data, "scored") ?? 0, "score")}`;
    case "coverage_measured":
      return number(data, "balance") === null ? "Coverage measured" : `Coverage measured: balance ${fixed2(number(data, "balance") ?? 0)}`;
    case "topics_defined":
      return number(data, "topics") === null ? "Topics defined" : `${plural(number(data, "topics") ?? 0, "topic")} defined`;
    default: {
      const records = number(data, "records") ?? number(data, "lengths") ?? number(data, "codes") ?? number(data, "count");
      return words(event.type) + (records === null ? "" : `: ${plural(records, "record")}`);
    }
  }
}
