// Where the page stands: which dataset, at which position, and what may be done there. Read from one place, so that
// no two parts of the page can disagree.
import { createContext, useContext } from "react";
import type { At } from "@/api/queries";
import type { Canvas, StepName } from "@/api/types";
import type { Reason } from "@/ui/parts";
import type { Patch } from "@/lib/url";

export interface Here {
  id: string;
  at: At; // as in the address; null = live
  live: boolean;
  position: number; // of what is shown
  head: number; // of the newest event
  canvas: Canvas;
  readOnly: Reason[]; // empty = writing is possible
  step: StepName;
  select: (step: StepName) => void;
  open: (modal: string, patch?: Patch) => void;
  close: () => void; // the open modal
  goTo: (at: number | null) => void; // a position, or live
  trigger: (step: StepName, parameters?: object) => Promise<void>;
}

export const HereContext = createContext<Here | null>(null);

export function useHere(): Here {
  const here = useContext(HereContext);
  if (!here) throw new Error("useHere outside of a dataset");
  return here;
}
