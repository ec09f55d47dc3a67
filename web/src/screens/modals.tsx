// Which modal the address asks for. Each is a chunk of its own.
import { type ComponentType, lazy, Suspense, useEffect } from "react";
import { useLocation } from "wouter";
import { useUrl } from "@/lib/url";
import { Modal } from "@/ui/modal";
import { Loading } from "@/ui/parts";
import { DeleteDialog, DuplicateDialog } from "./dataset-dialogs";
import { useHere } from "./here";

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
const modals: Record<string, ComponentType> = Object.fromEntries(Object.entries(parts).map(([name, load]) => [name, lazy(load)]));

// Fetched when there is nothing else to do, so that a dialog opens although the daemon has stopped meanwhile.
function useAllParts() {
  useEffect(() => {
    const timer = setTimeout(() => Object.values(parts).forEach((load) => void load().catch(() => undefined)), 1200);
    return () => clearTimeout(timer);
  }, []);
}

export function Modals({ navigate }: { navigate: (to: string) => void }) {
  const url = useUrl();
  const here = useHere();
  const [path] = useLocation();
  const name = url.get("modal");
  useAllParts();
  if (!name) return null;
  const { name: title } = here.canvas;
  if (name === "duplicate") return <DuplicateDialog dataset={{ id: here.id, name: title }} close={here.close} />;
  if (name === "fork") return <DuplicateDialog dataset={{ id: here.id, name: title }} at={here.position} close={here.close} />;
  if (name === "delete") return <DeleteDialog dataset={{ id: here.id, name: title, records: here.canvas.health.records }} close={here.close} done={() => navigate("/finetune")} />;
  const Shown = modals[name];
  if (!Shown) {
    return (
      <Modal title="There is no such dialog" size="small" close={here.close}>
        <p>The link asks for “{name}”, which this version does not have.</p>
      </Modal>
    );
  }
  return (
    <Suspense
      fallback={
        <Modal title="Opening" close={here.close}>
          <Loading lines={4} />
        </Modal>
      }
    >
      <Shown key={path + name} />
    </Suspense>
  );
}
