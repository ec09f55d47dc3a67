// What the canvas offers for a step, as buttons: the daemon names the actions, this says what the page does for each.
import type { Card, StepName } from "@/api/types";
import type { Reason } from "@/ui/parts";
import { noFilter } from "@/lib/url";
import type { Here } from "./here";

export interface Action {
  id: string;
  label: string;
  run: () => void;
  reasons: Reason[]; // why it cannot be done now
  writes?: boolean;
}

// The modal that a step opens with Enter, a second click, or its first button.
export const modalOfStep: Record<StepName, string> = {
  extract: "records",
  topics: "topics",
  coverage: "coverage",
  grader: "grader",
  dry_run: "dryrun",
  train: "train",
  deploy: "deploy",
};

export function openStep(here: Here, step: StepName) {
  here.open(modalOfStep[step], { ...noFilter, step });
}

// Which step mends a reason for being blocked, read from the words of the daemon.
export function stepThatMends(fix: string): StepName | null {
  if (/grader/i.test(fix)) return "grader";
  if (/dry run/i.test(fix)) return "dry_run";
  if (/train/i.test(fix)) return "train";
  if (/categor|topic/i.test(fix)) return "topics";
  if (/import|record|upload/i.test(fix)) return "extract";
  return null;
}

export function reasonsOf(here: Here, card: Card): Reason[] {
  return card.blocked.map(({ reason, fix }) => {
    const step = stepThatMends(fix);
    const go = step && step !== card.step ? () => here.select(step) : undefined;
    return { reason, fix, go };
  });
}

const later = (what: string): Reason[] => [{ reason: `${what} comes with a later version of rftd` }];

// Null for a name that this page does not know: a newer daemon's.
export function actionNamed(here: Here, card: Card, name: string): Action | null {
  const blocked = reasonsOf(here, card);
  const open = (id: string, label: string, modal: string, patch = {}): Action => ({ id, label, run: () => here.open(modal, { ...noFilter, ...patch }), reasons: [] });
  const write = (action: Action): Action => ({ ...action, writes: true, reasons: [...here.readOnly, ...action.reasons] });
  const known: Record<string, () => Action> = {
    import: () => write(open("import", "Import file", "import")),
    pull: () => write(open("pull", "Pull new traces", "pull")),
    view_records: () => open("view_records", "View records", "records"),
    export: () => open("export", "Export", "export"),
    edit_topics: () => open("edit_topics", "Edit topics", "topics"),
    regenerate: () => write(open("regenerate", "Regenerate", "topics", { tab: "generate" })),
    view_low_confidence: () => open("view_low_confidence", "View low confidence", "records", { conf: "lt0.7", sort: "confidence" }),
    categorize: () => write(open("categorize", "Categorize", "categorize")),
    measure: () => write({ id: "measure", label: "Measure again", run: () => void here.trigger("coverage"), reasons: blocked }),
    dashboard: () => open("dashboard", "Dashboard", "coverage"),
    view_gaps: () => open("view_gaps", "View gaps", "coverage", { tab: "gaps" }),
    generate: () => write(open("generate", "Generate", "generate", { tab: "new" })),
    review_generated: () => open("review_generated", "Review generated", "generate"),
    skip: () => write(open("skip", "Skip", "skip")),
    edit_grader: () => open("edit_grader", card.state === "waiting" ? "Set up the grader" : "Edit grader", "grader"),
    test_sample: () => write({ ...open("test_sample", "Test sample", "grader", { tab: "test" }), reasons: blocked }),
    full_results: () => ({ ...open("full_results", "Full results", "dryrun", { run: card.run }), reasons: card.run ? [] : blocked }),
    re_run: () => write({ ...open("re_run", card.run ? "Re-run" : "Run", "dryrun", { tab: "run" }), reasons: blocked }),
    adjust_grader: () => open("adjust_grader", "Adjust grader", "grader"),
    start: () => card.step === "dry_run" ? known.re_run() : write({ ...open("start", "Start training", "train"), reasons: [...blocked, ...later("Training")] }),
    run_benchmarks: () => write({ ...open("run_benchmarks", "Run benchmarks", "deploy"), reasons: [...blocked, ...later("Deploying")] }),
    playground: () => ({ ...open("playground", "Playground", "deploy"), reasons: [...blocked, ...later("Deploying")] }),
    deploy: () => write({ ...open("deploy", "Deploy", "deploy"), reasons: [...blocked, ...later("Deploying")] }),
  };
  return name in known ? known[name]() : null;
}

// What the daemon offers, and before it what a stale step needs.
export function actionsOf(here: Here, card: Card): Action[] {
  const mending = card.stale.length === 0 ? [] : card.step === "topics" ? ["categorize"] : card.step === "coverage" ? ["measure"] : [];
  // Old daemons do not name it, and yet every dataset can take traces.
  const pulling = card.step === "extract" && !card.actions.includes("pull") ? ["pull"] : [];
  return [...mending, ...card.actions, ...pulling].flatMap((name) => actionNamed(here, card, name) ?? []);
}
