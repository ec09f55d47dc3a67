// The tree itself. A treeview by the ARIA pattern; rows can be dragged onto, above or below another.
import { ChevronRight, GripVertical, Plus, Search } from "lucide-react";
import { type DragEvent, type KeyboardEvent, useRef, useState } from "react";
import { count } from "@/lib/format";
import { type Draft, find, moved, nudged, type Placed, placed } from "@/lib/topics";
import { Button } from "@/ui/parts";

interface Props {
  draft: Draft[];
  setDraft: (draft: Draft[]) => void;
  selected: string | null;
  select: (key: string) => void;
  wrong: Map<string, string>;
  editable: boolean;
  add: (parent: string | null) => void;
}
type Place = "above" | "below" | "into";

export function TopicTree({ draft, setDraft, selected, select, wrong, editable, add }: Props) {
  const [text, setText] = useState("");
  const [folded, setFolded] = useState<Set<string>>(new Set());
  const [over, setOver] = useState<{ key: string; place: Place } | null>(null);
  const [said, setSaid] = useState("");
  const dragged = useRef<string | null>(null);
  const all = placed(draft);
  const match = text.trim().toLowerCase();
  const hidden = (one: Placed): boolean => one.parent !== null && (folded.has(one.parent) || hidden(all.find((p) => p.draft.key === one.parent)!));
  const shown = all.filter((one) => (match ? one.draft.name.toLowerCase().includes(match) || one.draft.keywords.some((word) => word.toLowerCase().includes(match)) : !hidden(one)));
  const most = Math.max(1, ...all.map((one) => one.draft.records));
  const focus = (key: string) => {
    select(key);
    requestAnimationFrame(() => document.getElementById(`topic-${key}`)?.focus());
  };
  const fold = (key: string, value: boolean) => {
    const next = new Set(folded);
    if (value) next.add(key);
    else next.delete(key);
    setFolded(next);
  };
  const press = (event: KeyboardEvent, one: Placed) => {
    const at = shown.indexOf(one);
    const { draft: topic } = one;
    if (event.altKey && editable) {
      const direction = ({ ArrowUp: "up", ArrowDown: "down", ArrowRight: "in", ArrowLeft: "out" } as const)[event.key];
      if (!direction) return;
      event.preventDefault();
      const next = nudged(draft, topic.key, direction);
      if (next === draft) return setSaid(`${topic.name} cannot move there`);
      setDraft(next);
      const now = find(next, topic.key);
      const parent = now?.parent ? find(next, now.parent)?.draft.name : null;
      setSaid(`${topic.name} is now number ${(now?.index ?? 0) + 1} ${parent ? `in ${parent}` : "at the top level"}`);
      requestAnimationFrame(() => document.getElementById(`topic-${topic.key}`)?.focus());
      return;
    }
    const go = { ArrowDown: shown[at + 1], ArrowUp: shown[at - 1], Home: shown[0], End: shown[shown.length - 1] }[event.key];
    if (go) {
      event.preventDefault();
      focus(go.draft.key);
    } else if (event.key === "ArrowRight" && topic.children.length > 0) {
      event.preventDefault();
      if (folded.has(topic.key)) fold(topic.key, false);
      else focus(topic.children[0].key);
    } else if (event.key === "ArrowLeft") {
      event.preventDefault();
      if (topic.children.length > 0 && !folded.has(topic.key)) fold(topic.key, true);
      else if (one.parent) focus(one.parent);
    } else if ((event.key === "Enter" || event.key === "F2") && editable) {
      event.preventDefault();
      select(topic.key);
      requestAnimationFrame(() => document.getElementById("topic-name")?.focus());
    }
  };
  const placeOf = (event: DragEvent): Place => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientY - box.top) / box.height;
    return share < 0.28 ? "above" : share > 0.72 ? "below" : "into";
  };
  const drop = (one: Placed, place: Place) => {
    const key = dragged.current;
    dragged.current = null;
    setOver(null);
    if (!key || key === one.draft.key) return;
    const next = place === "into" ? moved(draft, key, one.draft.key, one.draft.children.length) : moved(draft, key, one.parent, one.index + (place === "below" ? 1 : 0));
    if (next !== draft) setDraft(next);
  };
  return (
    <div className="tree-side">
      <div className="row tree-tools">
        <div className="search grow">
          <Search size={14} aria-hidden />
          <input className="input small" type="search" placeholder="Search topics" aria-label="Search topics" value={text} onChange={(event) => setText(event.target.value)} />
        </div>
        {editable && (
          <Button className="small" icon={<Plus size={14} aria-hidden />} onClick={() => add(null)}>
            Add
          </Button>
        )}
      </div>
      <ul className="tree" role="tree" aria-label="Topics">
        {shown.map((one) => {
          const { draft: topic } = one;
          const open = topic.children.length > 0 ? !folded.has(topic.key) : undefined;
          return (
            <li
              key={topic.key}
              id={`topic-${topic.key}`}
              role="treeitem"
              aria-level={one.depth + 1}
              aria-expanded={open}
              aria-selected={selected === topic.key}
              tabIndex={selected === topic.key || (!shown.some((p) => p.draft.key === selected) && one === shown[0]) ? 0 : -1}
              className="tree-row"
              data-over={over?.key === topic.key ? over.place : undefined}
              data-wrong={wrong.has(topic.key) || undefined}
              style={{ paddingLeft: 8 + one.depth * 20 }}
              draggable={editable}
              onDragStart={(event) => { dragged.current = topic.key; event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", topic.name); }}
              onDragEnd={() => { dragged.current = null; setOver(null); }}
              onDragOver={(event) => { if (!dragged.current) return; event.preventDefault(); setOver({ key: topic.key, place: placeOf(event) }); }}
              onDrop={(event) => { event.preventDefault(); drop(one, placeOf(event)); }}
              onClick={() => focus(topic.key)}
              onKeyDown={(event) => press(event, one)}
            >
              {editable && <GripVertical size={13} aria-hidden className="grip" />}
              <ChevronRight size={14} aria-hidden className="twist" data-open={open || undefined} data-leaf={open === undefined || undefined} onClick={(event) => { event.stopPropagation(); fold(topic.key, open === true); }} />
              <span className="clip grow">{topic.name || <em className="muted">no name</em>}</span>
              {topic.id === null && <span className="chip" data-tone="accent">new</span>}
              {topic.lowConfidence > 0 && <span className="chip" data-tone="warn" title="records with low confidence">{count(topic.lowConfidence)} low</span>}
              <span className="tree-bar" aria-hidden>
                <span style={{ width: `${(100 * topic.records) / most}%` }} />
              </span>
              <span className="num muted tree-count">{count(topic.records)}</span>
            </li>
          );
        })}
      </ul>
      {shown.length === 0 && <p className="muted small pad-narrow">No topic matches “{text}”.</p>}
      <p className="muted small tree-help">{editable ? "Drag a row, or Alt with arrow keys, to move it. Enter renames." : "The past is read-only."}</p>
      <span className="unseen" role="status">{said}</span>
    </div>
  );
}
