// Type to find: steps, dialogs, screens, topics, an event by its number, a record by its id.
import { Search } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { useTopics } from "@/api/queries";
import { openStep } from "@/screens/actions";
import { useHere, useMoment } from "@/screens/here";
import { stepNames, stepTitles } from "@/screens/steps";
import { namesById } from "@/lib/topics";
import { noFilter } from "@/lib/url";
import { Modal } from "@/ui/modal";

interface Entry {
  name: string;
  kind: string;
  act: () => void;
}

export default function PaletteModal() {
  const here = useHere();
  const { head } = useMoment();
  const [, navigate] = useLocation();
  const topics = useTopics(here.id, here.at);
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const go = (to: string) => () => navigate(to);
  const open = (modal: string, patch = {}) => () => here.open(modal, { ...noFilter, ...patch });
  const typed = text.trim().toLowerCase();
  const entries: Entry[] = [
    ...stepNames.map((step) => ({ name: stepTitles[step], kind: "Step", act: () => openStep(here, step) })),
    { name: "Records", kind: "Dialog", act: open("records") },
    { name: "Issues", kind: "Dialog", act: open("issues") },
    { name: "Low confidence", kind: "Records", act: open("records", { conf: "lt0.7", sort: "confidence" }) },
    { name: "Uncategorized", kind: "Records", act: open("records", { topic: "none" }) },
    { name: "Duplicates", kind: "Records", act: open("records", { dup: "true" }) },
    { name: "Import records", kind: "Dialog", act: open("import") },
    { name: "Pull new traces", kind: "Dialog", act: open("pull") },
    { name: "Import topics", kind: "Dialog", act: open("import-topics") },
    { name: "Export", kind: "Dialog", act: open("export") },
    { name: "Compare two moments", kind: "Dialog", act: open("diff") },
    { name: "Keyboard shortcuts", kind: "Dialog", act: open("keys") },
    { name: "Event log", kind: "Screen", act: go(`/finetune/${here.id}/events`) },
    { name: "Settings", kind: "Screen", act: go(`/finetune/${here.id}/settings`) },
    { name: "All datasets", kind: "Screen", act: go("/finetune") },
    { name: "New dataset", kind: "Screen", act: go("/finetune/new") },
    { name: "Traces", kind: "Screen", act: go("/finetune/traces") },
    { name: "System", kind: "Screen", act: go("/system") },
    ...[...namesById(topics.data?.topics ?? [])].map(([id, name]) => ({ name, kind: "Topic", act: open("records", { topic: id }) })),
  ];
  const number = /^#?(\d+)$/.exec(typed);
  if (number && Number(number[1]) >= 1 && Number(number[1]) <= head) entries.unshift({ name: `Go to event ${number[1]}`, kind: "Time", act: () => here.open("", { at: Number(number[1]) }) });
  if (/^r\d+$/.test(typed)) entries.unshift({ name: `Record ${typed}`, kind: "Record", act: open("records", { record: typed }) });
  const found = entries.filter((entry) => typed === "" || entry.name.toLowerCase().includes(typed) || number || /^r\d+$/.test(typed)).slice(0, number ? 1 : 12);
  const at = Math.min(active, Math.max(0, found.length - 1));
  return (
    <Modal title="Find anything" size="small" flush close={here.close}>
      <div className="palette">
        <div className="search">
          <Search size={15} aria-hidden />
          <input
            className="input"
            role="combobox"
            aria-expanded
            aria-controls="palette-list"
            aria-activedescendant={found.length > 0 ? `palette-${at}` : undefined}
            aria-label="Find"
            placeholder="A step, topic, screen, event number or record id"
            value={text}
            onChange={(event) => { setText(event.target.value); setActive(0); }}
            onKeyDown={(event) => {
              const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
              if (by) {
                event.preventDefault();
                setActive((at + by + found.length) % Math.max(1, found.length));
              }
              if (event.key === "Enter") {
                event.preventDefault(); // else it would press the button that gets the focus back
                found[at]?.act();
              }
            }}
          />
        </div>
        <ul id="palette-list" role="listbox" aria-label="Found">
          {found.map((entry, i) => (
            <li key={entry.kind + entry.name} id={`palette-${i}`} role="option" aria-selected={i === at} className="menu-item" data-highlighted={i === at || undefined} onMouseMove={() => setActive(i)} onClick={entry.act}>
              <span className="clip">{entry.name}</span>
              <span className="hint">{entry.kind}</span>
            </li>
          ))}
        </ul>
        {found.length === 0 && <p className="muted pad-narrow">Nothing has “{text}” in its name.</p>}
      </div>
    </Modal>
  );
}
