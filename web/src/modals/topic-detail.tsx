// The selected topic: its words, its most typical records, and the edits that concern others too.
import { useQueries, useQuery } from "@tanstack/react-query";
import { FolderPlus, Merge, Split, Table2, Trash2 } from "lucide-react";
import { useState } from "react";
import { write } from "@/api/client";
import { ofDataset, useWritten } from "@/api/queries";
import type { RecordFull, RecordItem, RecordList, RunStarted, Topics } from "@/api/types";
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
  const [asking, setAsking] = useState<"merge" | "delete" | "split" | null>(null);
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
          <Guarded className="small" icon={<Split size={14} aria-hidden />} reasons={topic.id && topic.records > 1 ? unsaved : [{ reason: "Only a saved topic with records can be split into the groups that they form" }]} onClick={() => setAsking("split")}>
            Split…
          </Guarded>
          <Guarded className="small" icon={<Merge size={14} aria-hidden />} reasons={topic.id && topic.children.length === 0 ? unsaved : [{ reason: "Only a saved topic without topics below it can be merged" }]} onClick={() => setAsking("merge")}>
            Merge into…
          </Guarded>
          <Guarded className="small" icon={<Trash2 size={14} aria-hidden />} reasons={[]} onClick={() => (topic.id && topic.records > 0 ? setAsking("delete") : remove())}>
            Delete…
          </Guarded>
        </div>
      )}
      {topic.id && <Typical id={topic.id} name={topic.name} central={topic.central} />}
      {asking === "split" && <SplitDialog topic={topic} close={() => setAsking(null)} />}
      {asking === "merge" && <MergeDialog topic={topic} draft={draft} close={() => setAsking(null)} />}
      {asking === "delete" && <DeleteTopicDialog topic={topic} draft={draft} dirty={dirty} remove={() => { remove(); setAsking(null); }} close={() => setAsking(null)} />}
    </div>
  );

  function remove() {
    setDraft(without(draft, topic.key));
    select(null);
  }
}

// What the topic is about, shown by what it holds: the most typical and the least sure.
function Typical({ id, name, central }: { id: string; name: string; central: string[] }) {
  const here = useHere();
  const list = (sort: string) => ofDataset<RecordList>(here.id, here.at, "records", "/records", { topic: id, sort, limit: 3 });
  const found = useQueries({ queries: central.slice(0, 3).map((record) => ofDataset<RecordFull>(here.id, here.at, "record", `/records/${record}`)) });
  const sure = useQuery({ ...list("-confidence"), enabled: central.length === 0 });
  const unsure = useQuery(list("confidence"));
  const typical: RecordItem[] = central.length > 0 ? found.flatMap((one) => one.data ?? []) : (sure.data?.items ?? []);
  const rows = (records: RecordItem[]) =>
    records.map((record) => (
      <li key={record.id}>
        <button type="button" className="run-open" onClick={() => here.open("records", { ...noFilter, topic: id, record: record.id })}>
          <span className="grow clip">{record.preview}</span>
          <span className="num muted small">{record.confidence === null ? "" : confidence(record.confidence)}</span>
        </button>
      </li>
    ));
  if (unsure.data?.total === 0) return null;
  return (
    <section className="typical" aria-label={`Records of ${name}`}>
      <div>
        <h3 className="tag">{central.length > 0 ? "Central records" : "Most confident"}</h3>
        <ul>{rows(typical)}</ul>
      </div>
      <div>
        <h3 className="tag">Least confident</h3>
        <ul>{rows(unsure.data?.items ?? [])}</ul>
      </div>
      <Button className="small" icon={<Table2 size={14} aria-hidden />} onClick={() => here.open("records", { ...noFilter, topic: id })}>
        All records of this topic
      </Button>
    </section>
  );
}

const savedLeaves = (draft: Draft[], but: Draft) => placed(draft).filter((one) => one.draft.id && one.draft.id !== but.id && one.draft.children.length === 0);

function SplitDialog({ topic, close }: { topic: Draft; close: () => void }) {
  const here = useHere();
  const written = useWritten(here.id);
  const [most, setMost] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const split = async () => {
    setBusy(true);
    setError(null);
    try {
      await written(await write<RunStarted>("POST", `/datasets/${here.id}/topics/${topic.id}/split`, { max_topics: most ? Number(most) : undefined }));
      tell(`Splitting ${topic.name}`, "The new topics appear below it when they are found.");
      close();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Modal
      title={`Split ${topic.name}`}
      size="small"
      close={close}
      foot={
        <>
          <span className="grow" />
          <Button onClick={close}>Cancel</Button>
          <Button className="primary" busy={busy} disabled={most !== "" && Number(most) < 2} onClick={() => void split()}>
            Split
          </Button>
        </>
      }
    >
      <p>Its {plural(topic.records, "record")} are looked at, and the groups that they form become topics below it.</p>
      <Field label="At most" hint="Topics, two or more; empty: the data decides">
        {(ids) => <input {...ids} className="input" inputMode="numeric" value={most} onChange={(event) => setMost(event.target.value.replaceAll(/\D/g, ""))} />}
      </Field>
      {error !== null && <ProblemNotice error={error} />}
    </Modal>
  );
}

// Its records become uncategorized with the next save, or go to another topic at once.
function DeleteTopicDialog({ topic, draft, dirty, remove, close }: { topic: Draft; draft: Draft[]; dirty: boolean; remove: () => void; close: () => void }) {
  const here = useHere();
  const written = useWritten(here.id);
  const [into, setInto] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const others = savedLeaves(draft, topic).filter((one) => !placed(topic.children).some((below) => below.draft.key === one.draft.key));
  const reassign = async () => {
    setBusy(true);
    setError(null);
    try {
      await written(await write<Topics>("DELETE", `/datasets/${here.id}/topics/${topic.id}`, undefined, { query: { reassign_to: into, confirm: true } }));
      tell(`${topic.name} deleted`, `${plural(topic.records, "record")} went to another topic.`);
      close();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Modal
      title={`Delete ${topic.name}?`}
      size="small"
      close={close}
      foot={
        <>
          <span className="grow" />
          <Button onClick={close}>Cancel</Button>
          <Button className="danger" busy={busy} onClick={() => (into === "" ? remove() : void reassign())}>
            {into === "" ? "Delete from the draft" : "Delete and reassign"}
          </Button>
        </>
      }
    >
      <p>
        It has {plural(topic.records, "record")}
        {topic.children.length > 0 && `, and ${plural(placed(topic.children).length, "topic")} below it go too`}.
      </p>
      <Field label="Its records" hint={dirty ? "Save or undo the other changes to reassign records." : into === "" ? "They become uncategorized when you save." : "This is saved at once."}>
        {(ids) => (
          <select {...ids} className="select" value={into} disabled={dirty} onChange={(event) => setInto(event.target.value)}>
            <option value="">become uncategorized</option>
            {others.map(({ draft: other }) => (
              <option key={other.key} value={other.id ?? ""}>
                go to {other.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      {error !== null && <ProblemNotice error={error} />}
    </Modal>
  );
}

function MergeDialog({ topic, draft, close }: { topic: Draft; draft: Draft[]; close: () => void }) {
  const here = useHere();
  const written = useWritten(here.id);
  const others = savedLeaves(draft, topic);
  const [into, setInto] = useState(others[0]?.draft.id ?? "");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const target = others.find((one) => one.draft.id === into)?.draft;
  const merge = async () => {
    setBusy(true);
    setError(null);
    try {
      await written(await write<Topics>("POST", `/datasets/${here.id}/topics/merge`, { from: [topic.id], into }));
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
        {plural(topic.records, "record")} go to {target?.name ?? "it"}. This is saved at once.
      </Notice>
      {error !== null && <ProblemNotice error={error} />}
    </Modal>
  );
}
