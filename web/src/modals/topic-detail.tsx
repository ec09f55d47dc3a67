// The selected topic: its words, its most typical records, and the edits that concern others too.
import { useQuery } from "@tanstack/react-query";
import { FolderPlus, Merge, Split, Table2, Trash2 } from "lucide-react";
import { useState } from "react";
import { write } from "@/api/client";
import { ofDataset, useWritten } from "@/api/queries";
import type { RecordList } from "@/api/types";
import { useHere } from "@/screens/here";
import { confidence, count, percent, plural } from "@/lib/format";
import { changed, type Draft, inserted, type Placed, placed, without } from "@/lib/topics";
import { noFilter } from "@/lib/url";
import { Modal } from "@/ui/modal";
import { Button, Empty, Field, Guarded, Notice, ProblemNotice, type Reason } from "@/ui/parts";
import { tell } from "@/ui/toasts";
import { newTopic } from "./topics";

interface Props {
  one: Placed | undefined;
  draft: Draft[];
  setDraft: (draft: Draft[]) => void;
  select: (key: string | null) => void;
  wrong: string | undefined;
  dirty: boolean;
}

export function TopicDetail({ one, draft, setDraft, select, wrong, dirty }: Props) {
  const here = useHere();
  const [asking, setAsking] = useState<"merge" | "delete" | null>(null);
  const [words, setWords] = useState(one?.draft.keywords.join(", ") ?? "");
  if (!one) {
    return (
      <div className="topic-detail">
        <Empty title="No topic selected">
          <p>Choose one on the left, or add one.</p>
        </Empty>
      </div>
    );
  }
  const { draft: topic } = one;
  const set = (patch: Partial<Draft>) => setDraft(changed(draft, topic.key, patch));
  const all = draft.reduce((sum, each) => sum + each.records, 0);
  const editable = here.live;
  const unsaved: Reason[] = dirty ? [{ reason: "There are unsaved changes", fix: "save or undo them first" }] : [];
  const addChild = () => {
    const fresh = newTopic(draft);
    setDraft(inserted(draft, topic.key, topic.children.length, fresh));
    select(fresh.key);
  };
  // Two empty halves below it: categorizing afterwards decides which record goes where.
  const split = () => {
    const half = Math.ceil(topic.keywords.length / 2);
    const first = { ...newTopic(draft), name: `${topic.name} A`, keywords: topic.keywords.slice(0, half) };
    const second = { ...newTopic(draft), name: `${topic.name} B`, keywords: topic.keywords.slice(half) };
    setDraft(changed(draft, topic.key, { children: [first, second] }));
    select(first.key);
  };
  return (
    <div className="topic-detail stack loose">
      <div className="row top">
        <div className="grow">
          <Field label="Name" wrong={wrong}>
            {(ids) => <input {...ids} id="topic-name" className="input" value={topic.name} disabled={!editable} maxLength={120} onChange={(event) => set({ name: event.target.value })} aria-label="Name of the topic" />}
          </Field>
        </div>
        <dl className="topic-numbers num">
          <div>
            <dt>Records</dt>
            <dd>{count(topic.records)}</dd>
          </div>
          <div>
            <dt>Share</dt>
            <dd>{percent(topic.records, all)}</dd>
          </div>
          <div>
            <dt>Low</dt>
            <dd>{count(topic.lowConfidence)}</dd>
          </div>
        </dl>
      </div>
      <Field label="Description">{(ids) => <textarea {...ids} className="area" rows={3} value={topic.description} disabled={!editable} onChange={(event) => set({ description: event.target.value })} />}</Field>
      <Field label="Keywords" hint={`Separated by commas; records with them are sorted here first.${topic.labelsBy !== "person" && topic.id ? ` Found by ${topic.labelsBy}.` : ""}`}>
        {(ids) => <input {...ids} className="input" value={words} disabled={!editable} onChange={(event) => { setWords(event.target.value); set({ keywords: event.target.value.split(",").map((word) => word.trim()).filter(Boolean) }); }} />}
      </Field>
      {editable && (
        <div className="row wrap">
          <Button className="small" icon={<FolderPlus size={14} aria-hidden />} onClick={addChild} disabled={one.depth >= 4}>
            Add below
          </Button>
          <Button className="small" icon={<Split size={14} aria-hidden />} onClick={split} disabled={topic.children.length > 0 || one.depth >= 4}>
            Split in two
          </Button>
          <Guarded className="small" icon={<Merge size={14} aria-hidden />} reasons={topic.id && topic.children.length === 0 ? unsaved : [{ reason: "Only a saved topic without topics below it can be merged" }]} onClick={() => setAsking("merge")}>
            Merge into…
          </Guarded>
          <Guarded className="small" icon={<Trash2 size={14} aria-hidden />} reasons={[]} onClick={() => (topic.id && topic.records > 0 ? setAsking("delete") : remove())}>
            Delete…
          </Guarded>
        </div>
      )}
      {topic.id && <Typical id={topic.id} name={topic.name} />}
      {asking === "merge" && <MergeDialog topic={topic} draft={draft} close={() => setAsking(null)} />}
      {asking === "delete" && (
        <Modal
          title={`Delete ${topic.name}?`}
          size="small"
          close={() => setAsking(null)}
          foot={
            <>
              <span className="grow" />
              <Button onClick={() => setAsking(null)}>Cancel</Button>
              <Button className="danger" onClick={() => { remove(); setAsking(null); }}>
                Delete from the draft
              </Button>
            </>
          }
        >
          <p>
            {plural(topic.records, "record")} become uncategorized when you save
            {topic.children.length > 0 && `, together with the ${plural(placed(topic.children).length, "topic")} below it`}. To give them to another topic instead, merge.
          </p>
        </Modal>
      )}
    </div>
  );

  function remove() {
    setDraft(without(draft, topic.key));
    select(null);
  }
}

// What the topic is about, shown by what it holds: the surest and the least sure.
function Typical({ id, name }: { id: string; name: string }) {
  const here = useHere();
  const list = (sort: string) => ofDataset<RecordList>(here.id, here.at, "records", "/records", { topic: id, sort, limit: 3 });
  const sure = useQuery(list("-confidence"));
  const unsure = useQuery(list("confidence"));
  const rows = (data: RecordList | undefined) =>
    (data?.items ?? []).map((record) => (
      <li key={record.id}>
        <button type="button" className="run-open" onClick={() => here.open("records", { ...noFilter, topic: id, record: record.id })}>
          <span className="grow clip">{record.preview}</span>
          <span className="num muted small">{record.confidence === null ? "" : confidence(record.confidence)}</span>
        </button>
      </li>
    ));
  if (sure.data?.total === 0) return null;
  return (
    <section className="typical" aria-label={`Records of ${name}`}>
      <div>
        <h3 className="tag">Central records</h3>
        <ul>{rows(sure.data)}</ul>
      </div>
      <div>
        <h3 className="tag">Least confident</h3>
        <ul>{rows(unsure.data)}</ul>
      </div>
      <Button className="small" icon={<Table2 size={14} aria-hidden />} onClick={() => here.open("records", { ...noFilter, topic: id })}>
        All records of this topic
      </Button>
    </section>
  );
}

function MergeDialog({ topic, draft, close }: { topic: Draft; draft: Draft[]; close: () => void }) {
  const here = useHere();
  const written = useWritten(here.id);
  const others = placed(draft).filter((one) => one.draft.id && one.draft.id !== topic.id && one.draft.children.length === 0);
  const [into, setInto] = useState(others[0]?.draft.id ?? "");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const target = others.find((one) => one.draft.id === into)?.draft;
  const merge = async () => {
    setBusy(true);
    setError(null);
    try {
      const { editOf } = await import("@/lib/topics");
      // First the records, then the empty topic: stopped in between, nothing is lost.
      await write("POST", `/datasets/${here.id}/records/bulk`, { action: "set_topic", topic: into, filter: { topic: topic.id } });
      const kept = changed(without(draft, topic.key), into, { keywords: [...new Set([...(target?.keywords ?? []), ...topic.keywords])] });
      await written(await write("PUT", `/datasets/${here.id}/topics`, { topics: editOf(kept), assignments: "keep" }));
      tell(`${topic.name} merged into ${target?.name}`, `${plural(topic.records, "record")} moved.`);
      close();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Modal
      title={`Merge ${topic.name} into another topic`}
      size="small"
      close={close}
      foot={
        <>
          <span className="grow" />
          <Button onClick={close}>Cancel</Button>
          <Button className="primary" busy={busy} disabled={into === ""} onClick={() => void merge()}>
            Merge
          </Button>
        </>
      }
    >
      <Field label="Into">
        {(ids) => (
          <select {...ids} className="select" value={into} onChange={(event) => setInto(event.target.value)}>
            {others.map(({ draft: other }) => (
              <option key={other.key} value={other.id ?? ""}>
                {other.name} ({count(other.records)})
              </option>
            ))}
          </select>
        )}
      </Field>
      <Notice>
        {plural(topic.records, "record")} go to {target?.name ?? "it"} and count as assigned by a person; the keywords are joined. This is saved at once.
      </Notice>
      {error !== null && <ProblemNotice error={error} />}
    </Modal>
  );
}
