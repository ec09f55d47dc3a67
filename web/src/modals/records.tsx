// Every view of records: all, invalid, low confidence, of a topic. Filtered on the daemon, drawn only where seen.
import { useQueries, useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, CircleCheck, DownloadCloud, FileUp, Search, X } from "lucide-react";
import { type KeyboardEvent, memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { ofDataset, useHealth, useTopics } from "@/api/queries";
import type { RecordItem, RecordList, Topic } from "@/api/types";
import { useHere } from "@/screens/here";
import { bytes, confidence, count, fixed2, words } from "@/lib/format";
import { asQuery, filterFrom, isNarrowed } from "@/lib/record-filter";
import { namesById } from "@/lib/topics";
import { noFilter, useUrl } from "@/lib/url";
import { scrollFor } from "@/lib/virtual";
import { Modal } from "@/ui/modal";
import { Button, Empty, Guarded, ProblemNotice } from "@/ui/parts";
import { useRowsInView } from "@/ui/virtual-list";
import { BulkBar, type Chosen, nothingChosen } from "./bulk";
import { RecordPane } from "./record-pane";

const pageSize = 100;
const rowHeight = 38; // px

export default function RecordsModal() {
  const here = useHere();
  const url = useUrl();
  const filter = filterFrom(url.get);
  const query = asQuery(filter);
  const [chosen, setChosen] = useState<Chosen>(nothingChosen);
  const topics = useTopics(here.id, here.at);
  const names = useMemo(() => namesById(topics.data?.topics ?? []), [topics.data]);
  const open = url.get("record");
  const key = JSON.stringify(query);
  useEffect(() => setChosen(nothingChosen), [key, here.at]);
  const first = useQuery(ofDataset<RecordList>(here.id, here.at, "records", "/records", { ...query, sort: filter.sort, limit: pageSize, offset: 0 }));
  const total = first.data?.total;
  return (
    <Modal
      title="Records"
      size="huge"
      tall
      flush
      close={here.close}
      head={
        <>
          <span className="chip num" role="status">{total === undefined ? "…" : `${count(total)}${isNarrowed(filter) ? " match" : ""}`}</span>
          <span className="grow" />
          <Guarded className="small" reasons={here.readOnly} icon={<DownloadCloud size={14} aria-hidden />} onClick={() => here.open("pull", noFilter)}>
            <span className="label-narrow">Pull new traces</span>
          </Guarded>
          <Guarded className="small" reasons={here.readOnly} icon={<FileUp size={14} aria-hidden />} onClick={() => here.open("import", noFilter)}>
            <span className="label-narrow">Import file</span>
          </Guarded>
        </>
      }
    >
      <div className="records-tools">
        <Filters topics={topics.data?.topics ?? []} />
      </div>
      {chosen.size > 0 && <BulkBar chosen={chosen} setChosen={setChosen} total={total ?? 0} query={query} topics={topics.data?.topics ?? []} />}
      <div className="records-body" data-open={open || undefined}>
        {first.isError ? (
          <div className="pad grow">
            <ProblemNotice error={first.error} retry={() => void first.refetch()} />
          </div>
        ) : total === 0 ? (
          <div className="grow">
            <Empty icon={<Search size={30} aria-hidden />} title={isNarrowed(filter) ? "No record matches this filter" : "No records yet"}>
              {isNarrowed(filter) ? <Button onClick={() => url.replace(noFilter)}>Clear the filter</Button> : <p>Import a JSONL file or pull traces to begin.</p>}
            </Empty>
          </div>
        ) : (
          <Grid total={total} query={{ ...query, sort: filter.sort }} names={names} chosen={chosen} setChosen={setChosen} open={open} show={(id) => (open ? url.replace({ record: id }) : url.push({ record: id }))} />
        )}
        {open && <RecordPane key={open} record={open} names={names} close={() => url.replace({ record: null, tab: null })} />}
      </div>
    </Modal>
  );
}

function options(topics: Topic[], depth = 0): { id: string; text: string }[] {
  return topics.flatMap((topic) => [{ id: topic.id, text: `${"  ".repeat(depth)}${topic.name} (${count(topic.records)})` }, ...options(topic.children, depth + 1)]);
}

function Filters({ topics }: { topics: Topic[] }) {
  const url = useUrl();
  const here = useHere();
  const health = useHealth(here.id, here.at);
  const filter = filterFrom(url.get);
  const [text, setText] = useState(filter.q ?? "");
  useEffect(() => {
    if (text === (url.get("q") ?? "")) return;
    const timer = setTimeout(() => url.replace({ q: text, record: null }), 300);
    return () => clearTimeout(timer);
  }, [text]); // eslint-disable-line react-hooks/exhaustive-deps
  const set = (patch: Record<string, string | null>) => url.replace({ ...patch, record: null });
  return (
    <div className="filters" role="search" aria-label="Filter records">
      <div className="search">
        <Search size={14} aria-hidden />
        <input className="input small" type="search" placeholder="Search in records" aria-label="Search in records" value={text} onChange={(event) => setText(event.target.value)} data-autofocus />
      </div>
      <select className="select small" aria-label="Topic" value={filter.topic ?? ""} onChange={(event) => set({ topic: event.target.value })}>
        <option value="">Every topic</option>
        <option value="none">Uncategorized</option>
        {options(topics).map((one) => (
          <option key={one.id} value={one.id}>
            {one.text}
          </option>
        ))}
      </select>
      <select className="select small" aria-label="Validity" value={filter.code ?? filter.valid ?? ""} onChange={(event) => { const value = event.target.value; set(value === "" || value === "true" || value === "false" ? { valid: value, code: null } : { valid: null, code: value }); }}>
        <option value="">Valid and invalid</option>
        <option value="true">Valid</option>
        <option value="false">Invalid</option>
        {Object.entries(health.data?.by_code ?? {}).map(([code, records]) => (
          <option key={code} value={code}>
            {words(code)} ({count(records)})
          </option>
        ))}
      </select>
      <select className="select small" aria-label="Confidence" value={filter.conf ?? ""} onChange={(event) => set({ conf: event.target.value })}>
        <option value="">Any confidence</option>
        <option value="lt0.7">Low (under 0.7)</option>
        <option value="gte0.7">0.7 and over</option>
        <option value="gte0.9">0.9 and over</option>
      </select>
      <select className="select small" aria-label="Score of the last dry run" value={filter.score ?? ""} onChange={(event) => set({ score: event.target.value })}>
        <option value="">Any score</option>
        {Object.entries({ "lt0.1": "Score under 0.1", "lt0.2": "Score under 0.2", "gte0.2lt0.5": "Score 0.2 to 0.5", "gte0.5lt0.8": "Score 0.5 to 0.8", "gte0.8": "Score 0.8 and over" }).map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <select className="select small" aria-label="Source" value={filter.source ?? ""} onChange={(event) => set({ source: event.target.value })}>
        <option value="">Every source</option>
        <option value="upload">Upload</option>
        <option value="trace">Trace</option>
        <option value="synthetic">Generated</option>
      </select>
      <label className="row small">
        <input type="checkbox" className="check" checked={filter.dup === "true"} onChange={(event) => set({ dup: event.target.checked ? "true" : null })} />
        Duplicates
      </label>
      {isNarrowed(filter) && (
        <Button className="quiet small" icon={<X size={14} aria-hidden />} onClick={() => { setText(""); url.replace(noFilter); }}>
          Clear
        </Button>
      )}
    </div>
  );
}

const columns: { id: string; name: string; sort?: string; right?: boolean }[] = [
  { id: "id", name: "Record", sort: "id" },
  { id: "preview", name: "Last user message" },
  { id: "topic", name: "Topic", sort: "topic" },
  { id: "confidence", name: "Confidence", sort: "confidence" },
  { id: "score", name: "Score", sort: "score", right: true },
  { id: "bytes", name: "Size", sort: "length", right: true },
  { id: "state", name: "State", sort: "code" },
];

interface GridProps {
  total: number | undefined;
  query: Record<string, string | number | boolean | null | undefined>;
  names: Map<string, string>;
  chosen: Chosen;
  setChosen: (chosen: Chosen) => void;
  open: string | null;
  show: (id: string) => void;
}

function Grid({ total, query, names, chosen, setChosen, open, show }: GridProps) {
  const here = useHere();
  const url = useUrl();
  const box = useRef<HTMLDivElement>(null);
  const rows = total ?? 20;
  const view = useRowsInView(box, rows, rowHeight);
  const [active, setActive] = useState(0);
  const anchor = useRef(0);
  const wanted = useSettled(`${Math.floor(view.first / pageSize)}-${Math.floor(Math.max(view.first, view.last - 1) / pageSize)}`);
  const [from, to] = wanted.split("-").map(Number);
  const pages = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const answers = useQueries({ queries: pages.map((page) => ofDataset<RecordList>(here.id, here.at, "records", "/records", { ...query, limit: pageSize, offset: page * pageSize })) });
  const item = (row: number): RecordItem | undefined => answers[Math.floor(row / pageSize) - from]?.data?.items[row % pageSize];
  const failed = answers.find((one) => one.isError);
  const sort = url.get("sort") ?? "id";
  const sortBy = (name: string) => url.replace({ sort: sort === name ? `-${name}` : sort === `-${name}` ? null : name });

  const go = (row: number) => {
    const next = Math.max(0, Math.min(rows - 1, row));
    setActive(next);
    const element = box.current!;
    const top = scrollFor(next, rows, rowHeight, element.scrollTop, element.clientHeight - rowHeight);
    if (top !== null) element.scrollTop = top;
  };
  const choose = (row: number, range: boolean) => {
    const next = new Set(chosen.ids);
    const begin = range ? Math.min(anchor.current, row) : row;
    const end = range ? Math.max(anchor.current, row) : row;
    for (let i = begin; i <= end; i += 1) {
      const id = item(i)?.id;
      if (!id) continue;
      if (!range && next.has(id)) next.delete(id);
      else next.add(id);
    }
    anchor.current = row;
    setChosen({ all: false, ids: next, size: next.size });
  };
  const press = (event: KeyboardEvent) => {
    if (event.target !== box.current) return;
    const jump = Math.floor(view.viewport / rowHeight) - 2;
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: jump, PageUp: -jump, Home: -rows, End: rows }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (event.shiftKey) choose(Math.max(0, Math.min(rows - 1, active + step)), true);
      go(active + step);
    } else if (event.key === "x" || event.key === " ") {
      event.preventDefault();
      choose(active, event.shiftKey);
    } else if (event.key === "Enter") {
      const id = item(active)?.id;
      if (id) show(id);
    }
  };
  // The same functions for all the time, so that a row need not be drawn again for them.
  const latest = useRef({ choose, show });
  useLayoutEffect(() => {
    latest.current = { choose, show };
  });
  const chooseRow = useCallback((row: number, range: boolean) => latest.current.choose(row, range), []);
  const pressRow = useCallback((row: number, id: string | null) => {
    setActive(row);
    if (id !== null) latest.current.show(id);
  }, []);
  return (
    <div ref={box} className="grid" role="grid" tabIndex={0} aria-label="Records" aria-rowcount={rows + 1} aria-colcount={columns.length + 1} aria-multiselectable aria-activedescendant={item(active) ? `row-${active}` : undefined} onKeyDown={press}>
      <div role="rowgroup" className="grid-head">
        <div role="row" aria-rowindex={1} className="grid-row">
          <span role="columnheader">
            <input type="checkbox" className="check" aria-label="Select all that match" checked={chosen.all} onChange={(event) => setChosen(event.target.checked ? { all: true, ids: new Set(), size: total ?? 0 } : nothingChosen)} />
          </span>
          {columns.map((column) => {
            const up = sort === column.sort;
            const down = sort === `-${column.sort}`;
            return (
              <span key={column.id} role="columnheader" className={column.right ? "right" : ""} aria-sort={column.sort ? (up ? "ascending" : down ? "descending" : "none") : undefined}>
                {column.sort ? (
                  <button type="button" className="sort" onClick={() => sortBy(column.sort!)}>
                    {column.name}
                    {up && <ArrowUp size={12} aria-hidden />}
                    {down && <ArrowDown size={12} aria-hidden />}
                  </button>
                ) : (
                  column.name
                )}
              </span>
            );
          })}
        </div>
      </div>
      <div role="rowgroup" className="grid-body" style={{ height: view.height }}>
        {failed && <ProblemNotice error={failed.error} retry={() => void failed.refetch()} />}
        {Array.from({ length: view.last - view.first }, (_, i) => view.first + i).map((row) => {
          const record = item(row);
          return (
            <Row
              key={row}
              row={row}
              record={record}
              names={names}
              top={view.top + (row - view.first) * rowHeight}
              selected={record !== undefined && (chosen.all || chosen.ids.has(record.id))}
              active={row === active}
              open={record !== undefined && record.id === open}
              press={pressRow}
              choose={chooseRow}
            />
          );
        })}
      </div>
    </div>
  );
}

interface RowProps {
  row: number;
  record: RecordItem | undefined;
  names: Map<string, string>;
  top: number; // px
  selected: boolean;
  active: boolean;
  open: boolean;
  press: (row: number, id: string | null) => void;
  choose: (row: number, range: boolean) => void;
}

// Kept as it is while others come and go: a frame of scrolling has time for few of them.
const Row = memo(function Row({ row, record, names, top, selected, active, open, press, choose }: RowProps) {
  return (
    <div
      id={`row-${row}`}
      role="row"
      aria-rowindex={row + 2}
      aria-selected={record && selected}
      className="grid-row"
      data-active={active || undefined}
      data-open={open || undefined}
      style={{ transform: `translateY(${top}px)` }}
      onClick={(event) => press(row, record && !(event.target instanceof HTMLInputElement) ? record.id : null)}
    >
      {record ? (
        <Cells record={record} names={names} selected={selected} toggle={(range) => choose(row, range)} />
      ) : (
        <span role="gridcell" className="grid-skeleton">
          <span className="skeleton" />
        </span>
      )}
    </div>
  );
});

// The value once it has stayed the same for a moment: while the thumb is being dragged, nothing is asked for.
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 60);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

function Cells({ record, names, selected, toggle }: { record: RecordItem; names: Map<string, string>; selected: boolean; toggle: (range: boolean) => void }) {
  const low = record.confidence !== null && record.confidence < 0.7;
  return (
    <>
      <span role="gridcell">
        <input type="checkbox" className="check" tabIndex={-1} aria-label={`Select ${record.id}`} checked={selected} onChange={() => undefined} onClick={(event) => toggle(event.shiftKey)} />
      </span>
      <span role="gridcell" className="mono small num">
        {record.id}
      </span>
      <span role="gridcell" className="clip">
        {record.preview || <span className="muted">no user message</span>}
      </span>
      <span role="gridcell" className="clip">
        {record.topic ? (names.get(record.topic) ?? record.topic) : <span className="muted">–</span>}
      </span>
      <span role="gridcell" className="num">
        {record.confidence === null ? (
          <span className="muted">–</span>
        ) : (
          <span className="confidence" data-low={low || undefined}>
            <span className="confidence-bar">
              <span style={{ width: `${100 * record.confidence}%` }} />
            </span>
            {confidence(record.confidence)}
          </span>
        )}
      </span>
      <span role="gridcell" className="num right">
        {record.score === null ? <span className="muted">–</span> : fixed2(record.score)}
      </span>
      <span role="gridcell" className="num right small muted">
        {bytes(record.bytes)}
      </span>
      <span role="gridcell" className="clip">
        {record.valid === null ? (
          <span className="muted small">being checked</span>
        ) : record.valid ? (
          <span className="row small">
            <CircleCheck size={14} className="ok" aria-label="valid" />
            {record.duplicate_of ? <span className="muted">duplicate</span> : record.edited ? <span className="muted">edited</span> : null}
          </span>
        ) : (
          <span className="chip" data-tone="bad" title={record.detail ?? undefined}>
            {words(record.code ?? "invalid")}
          </span>
        )}
      </span>
    </>
  );
}
