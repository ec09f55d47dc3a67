// Duplicate and delete: used by the list, the settings and the timeline.
import { useState } from "react";
import { useLocation } from "wouter";
import { useQueryClient } from "@tanstack/react-query";
import { write } from "@/api/client";
import type { Dataset } from "@/api/types";
import { count, plural } from "@/lib/format";
import { Modal, TypeToConfirm } from "@/ui/modal";
import { Button, Field, Notice, ProblemNotice } from "@/ui/parts";
import { tell } from "@/ui/toasts";

export function DuplicateDialog({ dataset, at, close }: { dataset: Pick<Dataset, "id" | "name">; at?: number; close: () => void }) {
  const [name, setName] = useState(at === undefined ? `${dataset.name} copy` : `${dataset.name} at ${at}`);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const copy = async () => {
    setBusy(true);
    setError(null);
    try {
      const { data } = await write<Dataset>("POST", `/datasets/${dataset.id}/duplicate`, { name: name.trim(), at });
      await client.invalidateQueries({ queryKey: ["datasets"] });
      tell(`${data.name} is ready`, at === undefined ? "A full copy, with the whole history." : `It goes on from event ${count(at)}.`);
      navigate(`/finetune/${data.id}`);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Modal
      title={at === undefined ? `Duplicate ${dataset.name}` : `Branch from event ${count(at)}`}
      size="small"
      close={close}
      foot={
        <>
          <span className="grow" />
          <Button onClick={close}>Cancel</Button>
          <Button className="primary" busy={busy} disabled={name.trim() === ""} onClick={() => void copy()}>
            {at === undefined ? "Duplicate" : "Branch"}
          </Button>
        </>
      }
    >
      <Field label="Name of the copy" hint="At most 80 characters; no other dataset may have it.">
        {(ids) => <input {...ids} className="input" value={name} maxLength={80} onChange={(event) => setName(event.target.value)} onKeyDown={(event) => event.key === "Enter" && name.trim() && void copy()} />}
      </Field>
      <p className="muted small">
        {at === undefined ? "Records, topics, runs and the whole log are copied" : `Everything up to event ${count(at)} is copied`}; the payloads are shared, so a copy costs little space and deleting one leaves the
        other whole.
      </p>
      {error !== null && <ProblemNotice error={error} />}
    </Modal>
  );
}

export function DeleteDialog({ dataset, close, done }: { dataset: Pick<Dataset, "id" | "name" | "records">; close: () => void; done: () => void }) {
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const client = useQueryClient();
  const remove = async () => {
    setBusy(true);
    setError(null);
    try {
      await write("DELETE", `/datasets/${dataset.id}`, undefined, { query: { confirm: true } });
      await client.invalidateQueries({ queryKey: ["datasets"] });
      tell(`${dataset.name} is deleted`);
      done();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Modal
      title={`Delete ${dataset.name}`}
      size="small"
      close={close}
      foot={
        <>
          <span className="grow" />
          <Button onClick={close}>Cancel</Button>
          <Button className="danger" busy={busy} disabled={typed !== dataset.name} onClick={() => void remove()}>
            Delete for ever
          </Button>
        </>
      }
    >
      <Notice tone="warn">
        <p>
          {plural(dataset.records, "record")} and their contents are erased from the store. This cannot be undone; the log keeps only that the dataset existed. Download the archive first if you may want it back.
        </p>
      </Notice>
      <TypeToConfirm wanted={dataset.name} value={typed} change={setTyped} what="delete it" />
      {error !== null && <ProblemNotice error={error} />}
    </Modal>
  );
}
