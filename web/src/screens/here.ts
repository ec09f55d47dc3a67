// Where the page stands: which dataset, at which position, and what may be done there. Read from one place, so that
// no two parts of the page can disagree. What every event changes is apart, so that however many come, only what
// shows it is drawn anew.
import { createContext, useContext } from "react";
import { useHead } from "@/api/live";
import type { At } from "@/api/queries";
import type { Canvas, StepName } from "@/api/types";
import type { Reason } from "@/ui/parts";
import type { Patch } from "@/lib/url";

export interface Here {
  id: string;
  at: At; // as in the address; null = live
  live: boolean;
  settled: boolean; // what is shown is what the address asks for
  canvas: Pick<Canvas, "name" | "steps" | "health" | "next">;
  readOnly: Reason[]; // empty = writing is possible
  step: StepName;
  select: (step: StepName) => void;
  open: (modal: string, patch?: Patch) => void;
  close: () => void; // the open modal
  goTo: (at: number | null) => void; // a position, or live
  trigger: (step: StepName, parameters?: object) => Promise<void>;
}

export const HereContext = createContext<Here | null>(null);
export const CanvasContext = createContext<Canvas | null>(null);

function given<T>(value: T | null): T {
  if (!value) throw new Error("asked for a dataset's place outside of a dataset");
  return value;
}

export const useHere = (): Here => given(useContext(HereContext));

export interface Moment {
  position: number; // of what is shown
  head: number; // of the newest event
  time: string | null; // of what is shown
  objective: string;
}

// For who shows positions: changes with every batch of events.
export function useMoment(): Moment {
  const canvas = given(useContext(CanvasContext));
  const { id } = useHere();
  return { position: canvas.position, head: Math.max(useHead(id), canvas.head), time: canvas.at, objective: canvas.objective };
}
