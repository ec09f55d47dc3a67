// What can be done with many records at once: chosen one by one, or all that match the filter.
import { Download, RefreshCw, Sparkles, Tag, Trash2, X } from "lucide-react";
import { useState } from "react";
import { address, type Query, write } from "@/api/client";
import { useWritten } from "@/api/queries";
import type { Topic } from "@/api/types";
import { useHere, useMoment } from "@/screens/here";
import { count, plural } from "@/lib/format";
import { noFilter } from "@/lib/url";
import { Modal, TypeToConfirm } from "@/ui/modal";
import { Button, Guarded, Notice, ProblemNotice } from "@/ui/parts";
import { tell, tellProblem } from "@/ui/toasts";

export interface Chosen {
  all: boolean; // everything that matches the filter
  ids: Set<string>;
  size: number;
}
export const nothingChosen: Chosen = { all: false, ids: new Set(), size: 0 };

interface Props {
  chosen: Chosen;
  setChosen: (chosen: Chosen) => void;
  total: number;
  query: Query;
  topics: Topic[];
}

function flat(topics: Topic[]): Topic[] {
  return topics.flatMap((topic) => (topic.children.length > 0 ? flat(topic.children) : [topic]));
}

export function BulkBar({ chosen, setChosen, total, query, topics }: Props) {
  const here = useHere();
  const { position } = useMoment();
  const written = useWritten(here.id);
  const [asking, setAsking] = useState<"delete" | null>(null);
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const size = chosen.all ? total : chosen.size;
  const whom = chosen.all ? { filter: query } : { ids: [...chosen.ids] };
  const change = async (body: Record<string, unknown>, done: (affected: number) => string) => {
    setBusy(true);
    setError(null);
    try {
      const answer = await write<{ affected: number }>("POST", `/datasets/${here.id}/records/bulk`, { ...body, ...whom });
      await written(answer);
      tell(done(answer.data.affected), `Event ${count(answer.position ?? 0)}; the moment before stays reachable in the timeline.`);
      setChosen(nothingChosen);
      setAsking(null);
    } catch (problem) {
      setError(problem);
      if (!asking) tellProblem(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="bulk" role="region" aria-label="Selected records">
      <b className="num">{plural(size, "record")} selected</b>
      {!chosen.all && total > chosen.size && (
        <Button className="link" onClick={() => setChosen({ all: true, ids: new Set(), size: total })}>
          Select all {count(total)} that match
        </Button>
      )}
      <span className="grow" />
      {here.readOnly.length === 0 && (
        <label className="row small">
          <Tag size={14} aria-hidden />
          <select className="select small" aria-label="Set topic of the selected records" value="" disabled={busy} onChange={(event) => { const topic = event.target.value; void change({ action: "set_topic", topic: topic === "none" ? null : topic }, (n) => `Topic of ${plural(n, "record")} set`); }}>
            <option value="">Set topic…</option>
            <option value="none">No topic</option>
            {flat(topics).map((topic) => (
              <option key={topic.id} value={topic.id}>
                {topic.name}
              </option>
            ))}
          </select>
        </label>
      )}
      <Guarded className="small" reasons={here.readOnly} busy={busy} icon={<RefreshCw size={14} aria-hidden />} onClick={() => void change({ action: "revalidate" }, (n) => `${plural(n, "record")} will be checked again`)}>
        Re-validate
      </Guarded>
      {chosen.all && (
        <a className="button small" href={address(`/datasets/${here.id}/export`, { what: "records", at: here.at, ...query })} download>
          <Download size={14} aria-hidden />
          Export
        </a>
      )}
      {!chosen.all && chosen.size <= 100 && (
        <Guarded className="small" reasons={here.readOnly} icon={<Sparkles size={14} aria-hidden />} onClick={() => here.open("generate", { ...noFilter, from: [...chosen.ids].join(",") })}>
          Generate from these
        </Guarded>
      )}
      <Guarded className="small" reasons={here.readOnly} icon={<Trash2 size={14} aria-hidden />} onClick={() => { setTyped(""); setAsking("delete"); }}>
        Delete…
      </Guarded>
      <Button className="quiet icon small" aria-label="Select none" onClick={() => setChosen(nothingChosen)}>
        <X size={15} aria-hidden />
      </Button>
      {asking === "delete" && (
        <Modal
          title={`Delete ${plural(size, "record")}`}
          size="small"
          close={() => setAsking(null)}
          foot={
            <>
              <span className="grow" />
              <Button onClick={() => setAsking(null)}>Cancel</Button>
              <Button className="danger" busy={busy} disabled={typed !== String(size)} onClick={() => void change({ action: "delete", confirm: true }, (n) => `${plural(n, "record")} deleted`)}>
                Delete
              </Button>
            </>
          }
        >
          <Notice tone="warn">
            {plural(size, "record")} of {count(here.canvas.health.records)} leave the dataset{chosen.all ? ": all that match the filter" : ""}. The log keeps them: a branch from event {count(position)} has them all.
          </Notice>
          <TypeToConfirm wanted={String(size)} value={typed} change={setTyped} what="delete them" />
          {error !== null && <ProblemNotice error={error} />}
        </Modal>
      )}
    </div>
  );
}
