// Records that a model writes: planned, watched, reviewed; nothing enters the dataset before a person says so.
import { isActive, useGenerations } from "@/api/grading";
import type { Generation } from "@/api/types";
import { useHere } from "@/screens/here";
import { ago, count, words } from "@/lib/format";
import { useUrl } from "@/lib/url";
import { Modal } from "@/ui/modal";
import { Badge, Button, Empty, Loading, ProblemNotice } from "@/ui/parts";
import { PlanGeneration } from "./generate-plan";
import { GenerationView } from "./generate-review";

const said = (run: Generation) => (isActive(run) ? "running" : run.review === "pending" ? `${count(run.generated)} to review` : run.review === "done" ? `${count(run.accepted)} added` : words(run.state).toLowerCase());
const toneOf = (run: Generation) => (isActive(run) ? "processing" : run.state === "failed" ? "failed" : run.review === "pending" ? "attention" : run.state === "cancelled" ? "waiting" : "complete");

export default function GenerateModal() {
  const here = useHere();
  const url = useUrl();
  const runs = useGenerations(here.id, here.at);
  const items = runs.data?.items ?? [];
  const named = url.get("run");
  const fresh = url.get("tab") === "new" || url.get("from") !== null;
  const open = items.find((one) => isActive(one) || one.review === "pending");
  const run = fresh ? undefined : named !== null ? items.find((one) => one.id === named) : open;
  return (
    <Modal
      title="Generate records"
      size="large"
      tall={run !== undefined}
      flush
      close={here.close}
      head={
        <>
          {run && <Badge state={toneOf(run)}>{said(run)}</Badge>}
          {items.length > 0 && (
            <select className="select small run-pick" aria-label="Which generation" value={run?.id ?? "new"} onChange={(event) => url.replace(event.target.value === "new" ? { run: null, tab: "new" } : { run: event.target.value, tab: null, from: null })}>
              <option value="new">A new one</option>
              {items.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.id} · {said(one)} · {ago(one.requested_at)}
                </option>
              ))}
            </select>
          )}
        </>
      }
    >
      {runs.isError && <div className="pad"><ProblemNotice error={runs.error} retry={() => void runs.refetch()} /></div>}
      {!runs.data && !runs.isError && <div className="pad"><Loading lines={6} /></div>}
      {runs.data && named !== null && !fresh && !run && (
        <Empty title={`There is no generation ${named} here`}>
          <Button onClick={() => url.replace({ run: null, tab: "new" })}>Plan a new one</Button>
        </Empty>
      )}
      {runs.data && !run && (fresh || named === null) && <PlanGeneration waiting={open} started={(id) => url.replace({ run: id, tab: null, from: null })} />}
      {run && <GenerationView key={run.id} run={run} />}
    </Modal>
  );
}
