// Going on without better coverage, with the reason kept in the log.
import { useState } from "react";
import { write } from "@/api/client";
import { useWritten } from "@/api/queries";
import { sentence } from "@/lib/format";
import { useHere } from "@/screens/here";
import { Modal } from "@/ui/modal";
import { Button, Field, ProblemNotice } from "@/ui/parts";
import { tell } from "@/ui/toasts";

export default function SkipModal() {
  const here = useHere();
  const written = useWritten(here.id);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const card = here.canvas.steps.find((one) => one.step === "coverage");
  const skip = async () => {
    setBusy(true);
    setError(null);
    try {
      await written(await write("POST", `/datasets/${here.id}/steps/coverage/skip`, { reason: reason.trim() }));
      tell("Coverage skipped", "The card says so, and why.");
      here.close();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Modal
      title="Go on without better coverage"
      size="small"
      close={here.close}
      foot={
        <>
          <span className="grow" />
          <Button onClick={here.close}>Cancel</Button>
          <Button className="primary" busy={busy} disabled={reason.trim() === "" || !here.live} onClick={() => void skip()}>
            Skip
          </Button>
        </>
      }
    >
      <p>{sentence(card?.rule ?? "")}</p>
      <Field label="Why" hint="Kept in the log beside the skip, for who asks later.">
        {(ids) => <textarea {...ids} className="area" rows={3} value={reason} onChange={(event) => setReason(event.target.value)} placeholder="For example: the gaps are wanted, traffic looks like this" />}
      </Field>
      {error !== null && <ProblemNotice error={error} />}
    </Modal>
  );
}
