// A hierarchy of topics from a JSON file, with a look at what it would change.
import { FileJson } from "lucide-react";
import { useRef, useState } from "react";
import { write } from "@/api/client";
import { useTopics, useWritten } from "@/api/queries";
import type { Topic, TopicEdit, Topics } from "@/api/types";
import { useHere } from "@/screens/here";
import { count, plural } from "@/lib/format";
import { changeOf, draftOf, placed } from "@/lib/topics";
import { Modal } from "@/ui/modal";
import { Button, Guarded, Notice, ProblemNotice } from "@/ui/parts";
import { tell } from "@/ui/toasts";

// What the file holds as an edit; a sentence when it is not that.
export function topicsIn(text: string): TopicEdit[] | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `The file is not JSON: ${(error as Error).message}`;
  }
  const list = Array.isArray(value) ? value : (value as { topics?: unknown } | null)?.topics;
  if (!Array.isArray(list)) return "Expected an object with `topics`, or an array of topics.";
  const look = (topics: unknown[], at: string): string | null => {
    for (const [i, topic] of topics.entries()) {
      const one = topic as { name?: unknown; children?: unknown };
      if (typeof one?.name !== "string" || one.name.trim() === "") return `${at}/${i} has no name.`;
      if (one.children !== undefined && !Array.isArray(one.children)) return `${at}/${i}/children is not an array.`;
      const below = look((one.children as unknown[] | undefined) ?? [], `${at}/${i}/children`);
      if (below) return below;
    }
    return null;
  };
  const wrong = look(list, "/topics");
  if (wrong) return wrong;
  const clean = (topics: Topic[]): TopicEdit[] =>
    topics.map((topic) => ({ ...(topic.id ? { id: topic.id } : {}), name: topic.name, description: topic.description ?? "", keywords: topic.keywords ?? [], children: clean(topic.children ?? []) }));
  return clean(list as Topic[]);
}

// Ids that this dataset does not have are of another one: those topics are new here.
export function withKnownIds(edits: TopicEdit[], known: Set<string>): TopicEdit[] {
  return edits.map(({ id, ...edit }) => ({ ...edit, ...(id && known.has(id) ? { id } : {}), children: withKnownIds(edit.children ?? [], known) }));
}

export default function ImportTopicsModal() {
  const here = useHere();
  const topics = useTopics(here.id, here.at);
  const written = useWritten(here.id);
  const input = useRef<HTMLInputElement>(null);
  const [name, setName] = useState("");
  const [edits, setEdits] = useState<TopicEdit[] | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [assignments, setAssignments] = useState<"keep" | "clear">("keep");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const now = draftOf(topics.data?.topics ?? []);
  const known = new Set(placed(now).map((one) => one.draft.key));
  const fitting = edits ? withKnownIds(edits, known) : [];
  const after = draftOf(asTopics(fitting));
  const change = changeOf(now, after);
  const take = async (file: File | undefined) => {
    if (!file) return;
    setName(file.name);
    const found = file.size > 20_000_000 ? "A file of topics is small; this one has more than 20 MB." : topicsIn(await file.text());
    setWrong(typeof found === "string" ? found : null);
    setEdits(typeof found === "string" ? null : found);
  };
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      const answer = await write<Topics>("PUT", `/datasets/${here.id}/topics`, { topics: fitting, assignments });
      await written(answer);
      tell(`${plural(placed(after).length, "topic")} imported`);
      here.open("topics");
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Modal
      title="Import topics"
      size="small"
      close={here.close}
      foot={
        <>
          <span className="grow" />
          <Button onClick={here.close}>Cancel</Button>
          <Guarded className="primary" reasons={here.readOnly} busy={busy} disabled={!edits} onClick={() => void save()}>
            Import
          </Guarded>
        </>
      }
    >
      <input ref={input} type="file" className="unseen" tabIndex={-1} aria-label="File of topics" accept=".json,application/json" onChange={(event) => void take(event.target.files?.[0])} />
      <div className="row">
        <Button icon={<FileJson size={15} aria-hidden />} onClick={() => input.current?.click()} data-autofocus>
          Choose a JSON file
        </Button>
        <span className="clip muted">{name}</span>
      </div>
      <p className="small muted">
        As “Download topics” writes it: <code>{'{"topics": [{"name": …, "keywords": […], "children": […]}]}'}</code>
      </p>
      {wrong && <Notice tone="bad">{wrong}</Notice>}
      {edits && (
        <>
          <Notice>
            <p className="strong">{plural(placed(after).length, "topic")} in the file</p>
            <ul className="small">
              <li>{count(change.added.length)} new{list(change.added)}</li>
              <li>{count(change.removed.length)} removed{list(change.removed)}</li>
              <li>{count(change.renamed.length)} renamed</li>
            </ul>
          </Notice>
          <fieldset className="plain">
            <legend className="label">Assignments of records</legend>
            {(["keep", "clear"] as const).map((one) => (
              <label key={one} className="checkline">
                <input type="radio" name="assignments" checked={assignments === one} onChange={() => setAssignments(one)} />
                {one === "keep" ? "Keep those of topics that stay" : "Clear all; records become uncategorized"}
              </label>
            ))}
          </fieldset>
        </>
      )}
      {error !== null && <ProblemNotice error={error} />}
    </Modal>
  );
}

const list = (names: string[]) => (names.length > 0 ? `: ${names.slice(0, 6).join(", ")}${names.length > 6 ? ", …" : ""}` : "");

export function asTopics(edits: TopicEdit[]): Topic[] {
  return edits.map((edit, i) => ({ id: edit.id ?? `new-${i}-${edit.name}`, name: edit.name, description: edit.description ?? "", keywords: edit.keywords ?? [], labels_by: "person", records: 0, low_confidence: 0, manual: 0, central_records: [], children: asTopics(edit.children ?? []) }));
}
