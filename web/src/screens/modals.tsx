// Which modal the address asks for. Each is a chunk of its own.
import { type ComponentType, type ReactElement, useEffect, useState } from "react";
import { useLocation } from "wouter";
import { type Lazily, lazily } from "@/lib/lazily";
import { useUrl } from "@/lib/url";
import { useHere, useMoment } from "./here";

const parts: Record<string, () => Promise<{ default: ComponentType }>> = {
  records: () => import("@/modals/records"),
  issues: () => import("@/modals/issues"),
  topics: () => import("@/modals/topics"),
  "import-topics": () => import("@/modals/import-topics"),
  categorize: () => import("@/modals/categorize"),
  coverage: () => import("@/modals/coverage"),
  skip: () => import("@/modals/skip"),
  import: () => import("@/modals/import"),
  pull: () => import("@/modals/pull"),
  export: () => import("@/modals/export"),
  event: () => import("@/modals/event"),
  diff: () => import("@/modals/diff"),
  restore: () => import("@/modals/restore"),
  run: () => import("@/modals/run"),
  keys: () => import("@/modals/keys"),
  palette: () => import("@/modals/palette"),
  generate: () => import("@/modals/generate"),
  grader: () => import("@/modals/grader"),
  dryrun: () => import("@/modals/dryrun"),
  train: () => import("@/modals/step"),
  deploy: () => import("@/modals/step"),
};
// Nothing at first: most dialogs are there before one sees that they were not.
const Frame = lazily(() => import("./opening"));
function Opening() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return late ? <Frame /> : null;
}
const Unknown = lazily(async () => ({ default: (await import("./opening")).Unknown }));

const modals: Record<string, Lazily<object>> = Object.fromEntries(Object.entries(parts).map(([name, load]) => [name, lazily(load, Opening)]));
const dialogs = () => import("./dataset-dialogs");
const DuplicateDialog = lazily(async () => ({ default: (await dialogs()).DuplicateDialog }), Opening);
const DeleteDialog = lazily(async () => ({ default: (await dialogs()).DeleteDialog }), Opening);

// Fetched when there is nothing else to do, so that a dialog opens although the daemon has stopped meanwhile.
function useAllParts() {
  useEffect(() => {
    const timer = setTimeout(() => [...Object.values(modals), DuplicateDialog, DeleteDialog].forEach((one) => void one.fetch().catch(() => undefined)), 1200);
    return () => clearTimeout(timer);
  }, []);
}

function Fork(props: { dataset: { id: string; name: string; records: number }; close: () => void }) {
  return <DuplicateDialog {...props} at={useMoment().position} />;
}

export function Modals({ navigate }: { navigate: (to: string) => void }) {
  const url = useUrl();
  const here = useHere();
  const [path] = useLocation();
  const name = url.get("modal");
  useAllParts();
  if (!name) return null;
  const Shown = modals[name];
  const about = { id: here.id, name: here.canvas.name, records: here.canvas.health.records };
  const known: Record<string, () => ReactElement> = {
    duplicate: () => <DuplicateDialog dataset={about} close={here.close} />,
    fork: () => <Fork dataset={about} close={here.close} />,
    delete: () => <DeleteDialog dataset={about} close={here.close} done={() => navigate("/finetune")} />,
  };
  if (!Shown && !(name in known)) {
    return <Unknown name={name} />;
  }
  return Shown ? <Shown key={path + name} /> : known[name]();
}
