// Sorting records into the topics: those without one, or all.
import { useState } from "react";
import { write } from "@/api/client";
import { useTopics, useWritten } from "@/api/queries";
import type { RunStarted } from "@/api/types";
import { useHere, useMoment } from "@/screens/here";
import { count, plural } from "@/lib/format";
import { Modal } from "@/ui/modal";
import { Button, Guarded, Notice, ProblemNotice } from "@/ui/parts";
import { tell } from "@/ui/toasts";

export default function CategorizeModal() {
  const here = useHere();
  const { position } = useMoment();
  const topics = useTopics(here.id, here.at);
  const written = useWritten(here.id);
  const without = topics.data?.uncategorized ?? 0;
  const [scope, setScope] = useState<"unlabeled" | "all">("unlabeled");
  const [overwrite, setOverwrite] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const start = async () => {
    setBusy(true);
    setError(null);
    try {
      const body = scope === "all" ? { scope, overwrite_manual: overwrite, confirm: true } : { scope };
      await written(await write<RunStarted>("POST", `/datasets/${here.id}/categorize`, body));
      tell("Sorting records into topics", "Coverage is measured right after.");
      here.close();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Modal
      title="Categorize"
      size="small"
      close={here.close}
      foot={
        <>
          <span className="grow" />
          <Button onClick={here.close}>Cancel</Button>
          <Guarded className="primary" reasons={here.readOnly} busy={busy} onClick={() => void start()}>
            Categorize
          </Guarded>
        </>
      }
    >
      <fieldset className="plain">
        <legend className="unseen">Which records</legend>
        <label className="checkline">
          <input type="radio" name="scope" className="check" checked={scope === "unlabeled"} onChange={() => setScope("unlabeled")} />
          <span>
            <b className="block">Records without a topic</b>
            <span className="muted small">{topics.data ? `${plural(without, "record")}; the others stay where they are.` : ""}</span>
          </span>
        </label>
        <label className="checkline">
          <input type="radio" name="scope" className="check" checked={scope === "all"} onChange={() => setScope("all")} />
          <span>
            <b className="block">All records</b>
            <span className="muted small">{count(here.canvas.health.valid)} valid records are sorted anew.</span>
          </span>
        </label>
        {scope === "all" && (
          <label className="checkline">
            <input type="checkbox" className="check" checked={overwrite} onChange={(event) => setOverwrite(event.target.checked)} />
            Those that a person has assigned, too
          </label>
        )}
      </fieldset>
      {scope === "all" && <Notice tone="warn">The assignments there are now are cleared first. The log keeps them: event {count(position)} shows them.</Notice>}
      {error !== null && <ProblemNotice error={error} />}
    </Modal>
  );
}
