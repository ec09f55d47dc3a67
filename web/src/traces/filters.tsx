// The filter of traces: what is asked for most in one row, the rest behind a button, and what it says in words.
import { Popover } from "@base-ui/react/popover";
import { ChevronDown, Search, SlidersHorizontal, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Counted, TraceFacets } from "@/api/traces";
import { count } from "@/lib/format";
import { filterWords, listOf, listText, spans, tokenRanges } from "@/lib/trace-filter";
import { Button } from "@/ui/parts";
import type { FilterState } from "./filter-state";

interface PartProps {
  state: FilterState;
  facets: TraceFacets | undefined;
}

export function TraceFilters({ state, facets }: PartProps) {
  const words = filterWords(state.filter);
  const hidden = ["turns", "answer", "tools", "label", "session", "system", "tokens", "dialect"].filter((name) => state.get(name)).length;
  const [more, setMore] = useState(hidden > 0);
  return (
    <div className="trace-filters" role="search" aria-label="Filter traces">
      <div className="filters">
        <TextFilter state={state} name="q" label="Search in the last user message" icon autoFocus />
        <TimeFilter state={state} />
        <Pick state={state} name="model" label="Model" values={facets?.models} />
        <Pick state={state} name="provider" label="Provider" values={facets?.providers} />
        <Choice state={state} name="status" label="Status" any="Any status" options={{ ok: "Succeeded", error: "Failed" }} counts={facets?.statuses} />
        <Button className="small" aria-expanded={more} onClick={() => setMore(!more)} icon={<SlidersHorizontal size={14} aria-hidden />}>
          {hidden > 0 && !more ? `More (${hidden})` : more ? "Fewer filters" : "More filters"}
        </Button>
      </div>
      {more && (
        <div className="filters">
          <Choice state={state} name="answer" label="Answer" any="With or without answer" options={{ true: "Has an answer", false: "Has no answer" }} />
          <Choice state={state} name="tools" label="Tools" any="With or without tools" options={{ true: "Has tools", false: "Has no tools" }} />
          <Choice state={state} name="turns" label="Turns" any="Any number of turns" options={{ 2: "2 turns or more", 3: "3 turns or more", 5: "5 turns or more", 10: "10 turns or more" }} />
          <Choice state={state} name="tokens" label="Tokens" any="Any length" options={Object.fromEntries(Object.entries(tokenRanges).map(([id, { name }]) => [id, name]))} />
          <Pick state={state} name="label" label="Label" values={facets?.labels} />
          {(facets?.dialects.length ?? 0) > 1 && <Choice state={state} name="dialect" label="Dialect" any="Any dialect" options={Object.fromEntries(facets!.dialects.map((one) => [one.value, one.value]))} counts={facets!.dialects} />}
          <TextFilter state={state} name="system" label="Words in the system prompt" />
          <TextFilter state={state} name="session" label="Session, thread or run" />
        </div>
      )}
      {words.length > 0 && (
        <ul className="filter-words" aria-label="Filtered by">
          {words.map(({ text, widen }) => (
            <li key={text}>
              <button type="button" className="chip" onClick={() => state.change(widen)} aria-label={`Take away: ${text}`}>
                {text}
                <X size={12} aria-hidden />
              </button>
            </li>
          ))}
          <li>
            <Button className="link small" onClick={state.clear}>
              Clear all
            </Button>
          </li>
        </ul>
      )}
    </div>
  );
}

interface NamedProps {
  state: FilterState;
  name: string;
  label: string;
}

function TextFilter({ state, name, label, icon, autoFocus }: NamedProps & { icon?: boolean; autoFocus?: boolean }) {
  const known = state.get(name) ?? "";
  const [text, setText] = useState(known);
  const typed = useRef(false);
  const { change } = state;
  useEffect(() => {
    if (!typed.current) setText(known); // taken back elsewhere
  }, [known]);
  useEffect(() => {
    if (!typed.current) return;
    const timer = setTimeout(() => {
      typed.current = false;
      change({ [name]: text });
    }, 300);
    return () => clearTimeout(timer);
  }, [text]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <div className={icon ? "search" : "text-filter"}>
      {icon && <Search size={14} aria-hidden />}
      <input className="input small" type="search" id={icon ? "search" : undefined} placeholder={label} aria-label={label} value={text} data-autofocus={autoFocus || undefined} onChange={(event) => { typed.current = true; setText(event.target.value); }} />
    </div>
  );
}

function Choice({ state, name, label, any, options, counts }: NamedProps & { any: string; options: Record<string, string>; counts?: Counted[] }) {
  const value = state.get(name) ?? "";
  return (
    <select className="select small" aria-label={label} value={value} data-on={value || undefined} onChange={(event) => state.change({ [name]: event.target.value })}>
      <option value="">{any}</option>
      {Object.entries(options).map(([id, text]) => {
        const counted = counts?.find((one) => one.value === id);
        return (
          <option key={id} value={id}>
            {counts ? `${text} (${count(counted?.count ?? 0)})` : text}
          </option>
        );
      })}
    </select>
  );
}

// Several of what there is, each with its count.
function Pick({ state, name, label, values }: NamedProps & { values: Counted[] | undefined }) {
  const chosen = listOf(state.get(name));
  const known = values ?? [];
  const missing = chosen.filter((one) => !known.some((other) => other.value === one)).map((value) => ({ value, count: 0 }));
  const toggle = (value: string) => state.change({ [name]: listText(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]) });
  return (
    <Popover.Root>
      <Popover.Trigger className="button small pick" data-on={chosen.length > 0 || undefined}>
        <span className="clip">{chosen.length === 0 ? label : chosen.length === 1 ? chosen[0] : `${label}: ${chosen.length}`}</span>
        <ChevronDown size={13} aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="start" className="layer">
          <Popover.Popup className="popup pick-list" aria-label={label}>
            {known.length + missing.length === 0 && <p className="muted small pad-narrow">No call names one yet.</p>}
            {[...missing, ...known].map((one) => (
              <label key={one.value} className="pick-row">
                <input type="checkbox" className="check" checked={chosen.includes(one.value)} onChange={() => toggle(one.value)} />
                <span className="clip grow" title={one.value}>
                  {one.value}
                </span>
                <span className="muted num small">{count(one.count)}</span>
              </label>
            ))}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

// What a field of the browser for date and time takes: local, to the minute.
function localText(time: string | null): string {
  if (!time) return "";
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "" : new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function TimeFilter({ state }: { state: FilterState }) {
  const [from, to, since] = [state.get("from"), state.get("to"), state.get("since")];
  const [asked, setAsked] = useState(false);
  const between = from !== null || to !== null || asked;
  const set = (name: string) => (text: string) => state.change({ [name]: text ? new Date(text).toISOString() : null, since: null });
  return (
    <>
      <select
        className="select small"
        aria-label="Time"
        value={between ? "between" : (since ?? "")}
        data-on={between || since !== null || undefined}
        onChange={(event) => {
          const { value } = event.target;
          setAsked(value === "between");
          if (value !== "between") state.change({ from: null, to: null, since: value });
          state.again();
        }}
      >
        <option value="">Any time</option>
        {Object.entries(spans).map(([id, { name }]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        <option value="between">Between…</option>
      </select>
      {between && (
        <span className="between">
          <input type="datetime-local" className="input small" aria-label="From" value={localText(from)} onChange={(event) => set("from")(event.target.value)} />
          <span className="muted">–</span>
          <input type="datetime-local" className="input small" aria-label="To" value={localText(to)} onChange={(event) => set("to")(event.target.value)} />
        </span>
      )}
    </>
  );
}
