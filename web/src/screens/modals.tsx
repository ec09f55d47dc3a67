// Which modal the address asks for. Each comes as a chunk of its own when it is opened first.
import { type ComponentType, lazy, Suspense } from "react";
import { useLocation } from "wouter";
import { useUrl } from "@/lib/url";
import { Modal } from "@/ui/modal";
import { Loading } from "@/ui/parts";
import { DeleteDialog, DuplicateDialog } from "./dataset-dialogs";
import { useHere } from "./here";

const modals: Record<string, ComponentType> = {
  records: lazy(() => import("@/modals/records")),
  issues: lazy(() => import("@/modals/issues")),
  topics: lazy(() => import("@/modals/topics")),
  "import-topics": lazy(() => import("@/modals/import-topics")),
  coverage: lazy(() => import("@/modals/coverage")),
  skip: lazy(() => import("@/modals/skip")),
  import: lazy(() => import("@/modals/import")),
  export: lazy(() => import("@/modals/export")),
  event: lazy(() => import("@/modals/event")),
  diff: lazy(() => import("@/modals/diff")),
  restore: lazy(() => import("@/modals/restore")),
  run: lazy(() => import("@/modals/run")),
  keys: lazy(() => import("@/modals/keys")),
  palette: lazy(() => import("@/modals/palette")),
  grader: lazy(() => import("@/modals/step")),
  dryrun: lazy(() => import("@/modals/step")),
  train: lazy(() => import("@/modals/step")),
  deploy: lazy(() => import("@/modals/step")),
};

export function Modals({ navigate }: { navigate: (to: string) => void }) {
  const url = useUrl();
  const here = useHere();
  const [path] = useLocation();
  const name = url.get("modal");
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
