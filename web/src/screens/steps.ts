// The seven steps: their order, edges and pictures' icons, as the canvas draws them.
import { ChartNoAxesColumn, Database, FlaskConical, Rocket, Scale, Sparkles, Tags } from "lucide-react";
import type { StepName } from "@/api/types";

export const stepNames: StepName[] = ["extract", "topics", "coverage", "grader", "dry_run", "train", "deploy"];

export const stepIcons = {
  extract: Database,
  topics: Tags,
  coverage: ChartNoAxesColumn,
  grader: Scale,
  dry_run: FlaskConical,
  train: Sparkles,
  deploy: Rocket,
} as const;

export const stepTitles: Record<StepName, string> = {
  extract: "Extract Data",
  topics: "Topics & Category",
  coverage: "Coverage Analysis",
  grader: "Grader Config",
  dry_run: "Dry Run",
  train: "Train Model",
  deploy: "Deploy",
};

export const stepPurpose: Record<StepName, string> = {
  extract: "Chat records come in, one prompt each, and are checked as they arrive.",
  topics: "Records are sorted into topics, each with a confidence that means what it says.",
  coverage: "How evenly the records spread over the topics, and where there are gaps.",
  grader: "The rule that scores an answer from 0 to 1. Training follows it, so it has to be right.",
  dry_run: "A sample is answered and graded before money is spent on training: GO, CAUTION or NO-GO.",
  train: "The model learns from the scores, on a split that is held apart for validation.",
  deploy: "The tuned model takes over traffic: all of it, a share, or none until you say so.",
};

export interface Edge {
  from: StepName;
  to: StepName;
}
export const edges: Edge[] = [
  { from: "extract", to: "topics" },
  { from: "topics", to: "coverage" },
  { from: "coverage", to: "grader" },
  { from: "coverage", to: "train" },
  { from: "grader", to: "dry_run" },
  { from: "dry_run", to: "train" },
  { from: "train", to: "deploy" },
];
