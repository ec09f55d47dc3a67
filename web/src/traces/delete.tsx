// Erases the calls that match: says how many, and wants that number typed.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { write } from "@/api/client";
import { asQuery, type TraceFilter } from "@/api/traces";
import { plural } from "@/lib/format";
import { filterWords } from "@/lib/trace-filter";
import { Modal, TypeToConfirm } from "@/ui/modal";
import { Button, Notice, ProblemNotice } from "@/ui/parts";
import { tell } from "@/ui/toasts";

export function DeleteTraces({ filter, matching, close }: { filter: TraceFilter; matching: number; close: () => void }) {
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const words = filterWords(filter);
  const remove = async () => {
    setBusy(true);
    setError(null);
    try {
      const { data } = await write<{ deleted: number }>("DELETE", "/traces", undefined, { query: { ...asQuery(filter), confirm: true } });
      tell(`${plural(data.deleted, "call")} erased`);
      close();
      await client.resetQueries({ queryKey: ["traces"] });
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      title={`Erase ${plural(matching, "call")}?`}
      size="small"
      close={close}
      foot={
        <>
          <span className="grow" />
          <Button onClick={close}>Cancel</Button>
          <Button className="danger" busy={busy} disabled={typed !== String(matching)} onClick={() => void remove()}>
            Erase
          </Button>
        </>
      }
    >
      {words.length > 0 ? (
        <>
          <p>Erased are all calls that are:</p>
          <ul className="filter-words">
            {words.map(({ text }) => (
              <li key={text} className="chip">
                {text}
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p>No filter is set, so these are all calls in the store.</p>
      )}
      <Notice tone="warn">This cannot be taken back: traces are kept beside the log, not in it. Records that datasets have made of them stay as they are.</Notice>
      <TypeToConfirm wanted={String(matching)} value={typed} change={setTyped} what="erase them" />
      {error !== null && <ProblemNotice error={error} />}
    </Modal>
  );
}
