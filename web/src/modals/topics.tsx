// The hierarchy of topics: drag or Alt and arrows to move, rename, split, merge, add, delete; or find it anew.
import { useMemo, useState } from "react";
import { write } from "@/api/client";
import { useTopics, useWritten } from "@/api/queries";
import type { Topics } from "@/api/types";
import { useHere } from "@/screens/here";
import { count, plural } from "@/lib/format";
import { changeOf, draftOf, type Draft, editOf, find, mistakes, placed, sameTree } from "@/lib/topics";
import { useUrl } from "@/lib/url";
import { Modal } from "@/ui/modal";
import { Button, Guarded, Loading, Notice, ProblemNotice } from "@/ui/parts";
import { tell } from "@/ui/toasts";
import { Methods } from "./topics-generate";
import { TopicDetail } from "./topic-detail";
import { TopicTree } from "./topic-tree";

export default function TopicsModal() {
  const here = useHere();
  const topics = useTopics(here.id, here.at);
  if (topics.data) return <Editor key={topics.data.version === 0 ? "none" : "some"} topics={topics.data} />;
  return (
    <Modal title="Topics" size="large" close={here.close}>
      {topics.isError ? <ProblemNotice error={topics.error} retry={() => void topics.refetch()} /> : <Loading lines={6} />}
    </Modal>
  );
}

function Editor({ topics }: { topics: Topics }) {
  const here = useHere();
  const url = useUrl();
  const written = useWritten(here.id);
  const saved = useMemo(() => draftOf(topics.topics), [topics]);
  const [draft, setDraft] = useState<Draft[]>(saved);
  const [version, setVersion] = useState(topics.version);
  const [base, setBase] = useState(saved);
  const [selected, setSelected] = useState<string | null>(saved[0]?.key ?? null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [offer, setOffer] = useState(false);
  const dirty = !sameTree(draft, base);
  const elsewhere = topics.version !== version;
  const wrong = mistakes(draft);
  const generating = url.get("tab") === "generate" || topics.version === 0;
  const change = changeOf(base, draft);
  const lines = describe(change);

  // Nobody has typed anything here: what others saved may simply be shown.
  if (elsewhere && !dirty) {
    setDraft(saved);
    setBase(saved);
    setVersion(topics.version);
  }
  const reload = () => {
    setDraft(saved);
    setBase(saved);
    setVersion(topics.version);
    setError(null);
  };
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      const answer = await write<Topics>("PUT", `/datasets/${here.id}/topics`, { topics: editOf(draft), assignments: "keep" });
      const now = draftOf(answer.data.topics);
      setDraft(now);
      setBase(now);
      setVersion(answer.data.version);
      if (selected && !find(now, selected)) setSelected(now[0]?.key ?? null);
      await written(answer);
      setOffer(answer.data.uncategorized > 0 || change.added.length + change.removed.length > 0);
      tell(`Topics saved as version ${answer.data.version}`);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  const one = selected ? find(draft, selected) : undefined;
  return (
    <Modal
      title="Topics"
      size="large"
      tall
      flush
      dirty={dirty}
      close={here.close}
      head={
        <span className="row small muted">
          {topics.version > 0 && <span className="chip">version {count(topics.version)}</span>}
          {topics.method && <span className="chip">{topics.method}</span>}
          {topics.compared_by && <span className="chip" title="What the texts were compared by">by {topics.compared_by}</span>}
        </span>
      }
      tabs={
        <div className="tabs" role="tablist" aria-label="Topics">
          <button type="button" role="tab" id="topics-tab-tree" aria-controls="topics-part" className="tab" aria-selected={!generating} disabled={topics.version === 0 && draft.length === 0} onClick={() => url.replace({ tab: null })}>
            Edit topics
          </button>
          <button type="button" role="tab" id="topics-tab-generate" aria-controls="topics-part" className="tab" aria-selected={generating} onClick={() => url.replace({ tab: "generate" })}>
            {topics.version === 0 ? "Define topics" : "Regenerate"}
          </button>
        </div>
      }
      foot={
        generating && draft.length === 0 ? undefined : generating ? undefined : (
          <>
            <span className="grow">{dirty ? lines.join(" · ") : `${plural(placed(draft).length, "topic")}, ${count(topics.uncategorized)} records uncategorized, ${count(topics.low_confidence)} with low confidence`}</span>
            {dirty && <Button onClick={() => setDraft(base)}>Undo all</Button>}
            <Guarded className="primary" busy={busy} reasons={here.readOnly} disabled={!dirty || wrong.size > 0} onClick={() => void save()}>
              {elsewhere && dirty ? "Overwrite" : "Save"}
            </Guarded>
          </>
        )
      }
    >
      <div id="topics-part" role="tabpanel" aria-labelledby={generating ? "topics-tab-generate" : "topics-tab-tree"} className="topics-part">
        {elsewhere && dirty && (
          <div className="pad-narrow">
            <Notice tone="warn">
              The topics were changed meanwhile, in another tab or by a run: version {count(topics.version)} is in place, you began from version {count(version)}. Your changes are kept here.{" "}
              <Button className="link" onClick={reload}>
                Take theirs and lose mine
              </Button>
            </Notice>
          </div>
        )}
        {error !== null && (
          <div className="pad-narrow">
            <ProblemNotice error={error} />
          </div>
        )}
        {offer && !dirty && <Recategorize done={() => setOffer(false)} />}
        {generating ? (
          <Methods topics={topics} startManual={() => { const fresh = newTopic(draft); setDraft([...draft, fresh]); setSelected(fresh.key); url.replace({ tab: null }); }} />
        ) : (
          <div className="topics">
            <TopicTree draft={draft} setDraft={setDraft} selected={selected} select={setSelected} wrong={wrong} editable={here.live} add={(parent) => { const fresh = newTopic(draft); setDraft(parent === null ? [...draft, fresh] : underOf(draft, parent, fresh)); setSelected(fresh.key); }} />
            <TopicDetail key={selected} one={one} draft={draft} setDraft={setDraft} select={setSelected} wrong={one ? wrong.get(one.draft.key) : undefined} dirty={dirty} />
          </div>
        )}
      </div>
    </Modal>
  );
}

let made = 0;
export function newTopic(draft: Draft[]): Draft {
  const taken = new Set(placed(draft).map((one) => one.draft.name));
  let name = "New topic";
  for (let i = 2; taken.has(name); i += 1) name = `New topic ${i}`;
  made += 1;
  return { key: `new-${made}`, id: null, name, description: "", keywords: [], records: 0, lowConfidence: 0, labelsBy: "person", central: [], children: [] };
}

function underOf(draft: Draft[], parent: string, fresh: Draft): Draft[] {
  return draft.map((one) => (one.key === parent ? { ...one, children: [...one.children, fresh] } : { ...one, children: underOf(one.children, parent, fresh) }));
}

function describe(change: ReturnType<typeof changeOf>): string[] {
  const lines: string[] = [];
  if (change.added.length > 0) lines.push(`${change.added.length} added`);
  if (change.removed.length > 0) lines.push(`${change.removed.length} removed`);
  if (change.renamed.length > 0) lines.push(`${change.renamed.length} renamed`);
  if (change.moved.length > 0) lines.push(`${change.moved.length} moved`);
  if (change.described.length > 0) lines.push(`${change.described.length} described anew`);
  return lines.length > 0 ? lines : ["order changed"];
}

// After an edit, sorting again is offered, never begun by itself.
function Recategorize({ done }: { done: () => void }) {
  const here = useHere();
  const written = useWritten(here.id);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const start = async (scope: "unlabeled" | "all") => {
    setBusy(true);
    try {
      await written(await write("POST", `/datasets/${here.id}/categorize`, { scope, confirm: true }));
      tell("Sorting records into topics", "Assignments made by a person stay as they are.");
      done();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <div className="pad-narrow">
      <Notice tone="accent">
        <p className="strong">Sort records into the changed topics?</p>
        <div className="row wrap">
          <Button className="small primary" busy={busy} onClick={() => void start("unlabeled")}>
            Unlabeled records only
          </Button>
          <Button className="small" busy={busy} onClick={() => void start("all")}>
            All records
          </Button>
          <Button className="small quiet" onClick={done}>
            Not now
          </Button>
        </div>
        {error !== null && <ProblemNotice error={error} />}
      </Notice>
    </div>
  );
}
