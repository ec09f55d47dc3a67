// Calls as rows, newest first. They come page by page as one scrolls; only those in view are drawn.
import { Wrench } from "lucide-react";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import type { TraceSummary, useTraces } from "@/api/traces";
import { count, duration, fullTime, shortTime } from "@/lib/format";
import { scrollFor } from "@/lib/virtual";
import { ProblemNotice } from "@/ui/parts";
import { useRowsInView } from "@/ui/virtual-list";

export interface Picked {
  all: boolean; // all that match, also those not loaded
  ids: Set<string>;
}
export const allPicked: Picked = { all: true, ids: new Set() };
export const nonePicked: Picked = { all: false, ids: new Set() };

const rowHeight = 38; // px
const ahead = 60; // rows asked for before they are reached

interface Props {
  list: ReturnType<typeof useTraces>;
  picked?: Picked;
  pick?: (picked: Picked) => void;
  open?: string | null;
  show?: (id: string) => void;
}

export function TraceTable({ list, picked, pick, open = null, show }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const loaded = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const rows = list.data ? loaded.length + (list.hasNextPage ? 12 : 0) : 16;
  const view = useRowsInView(box, rows, rowHeight);
  const [active, setActive] = useState(0);
  const anchor = useRef(0);
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError && view.last + ahead > loaded.length) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, view.last, loaded.length]);

  const isPicked = (id: string) => picked !== undefined && (picked.all || picked.ids.has(id));
  // One taken out of "all" leaves those that are loaded, less that one.
  const choose = (row: number, range: boolean) => {
    if (!picked || !pick) return;
    const next = new Set(picked.all ? loaded.map((one) => one.id) : picked.ids);
    const [begin, end] = range ? [Math.min(anchor.current, row), Math.max(anchor.current, row)] : [row, row];
    for (let i = begin; i <= end; i += 1) {
      const id = loaded[i]?.id;
      if (!id) continue;
      if (!range && next.has(id)) next.delete(id);
      else next.add(id);
    }
    anchor.current = row;
    pick({ all: false, ids: next });
  };
  const go = (row: number) => {
    const next = Math.max(0, Math.min(loaded.length - 1, row));
    setActive(next);
    const element = box.current!;
    const top = scrollFor(next, rows, rowHeight, element.scrollTop, element.clientHeight - rowHeight);
    if (top !== null) element.scrollTop = top;
  };
  const press = (event: KeyboardEvent) => {
    if (event.target !== box.current || loaded.length === 0) return;
    const jump = Math.max(1, Math.floor(view.viewport / rowHeight) - 2);
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: jump, PageUp: -jump, Home: -rows, End: rows }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (event.shiftKey) choose(Math.max(0, Math.min(loaded.length - 1, active + step)), true);
      go(active + step);
    } else if (pick && (event.key === "x" || event.key === " ")) {
      event.preventDefault();
      choose(active, event.shiftKey);
    } else if (event.key === "Enter" && loaded[active]) {
      show?.(loaded[active].id);
    }
  };
  const some = picked !== undefined && !picked.all && picked.ids.size > 0;
  return (
    <div ref={box} className="grid trace-table" role="grid" tabIndex={0} aria-label="Traces" aria-rowcount={(list.data?.pages[0].total ?? rows) + 1} aria-multiselectable={pick ? true : undefined} aria-activedescendant={loaded[active] ? `trace-${active}` : undefined} data-pick={pick ? true : undefined} data-all={picked?.all || undefined} data-old={list.isPlaceholderData || undefined} onKeyDown={press}>
      <div role="rowgroup" className="grid-head">
        <div role="row" aria-rowindex={1} className="grid-row">
          {picked && pick && (
            <span role="columnheader">
              <input type="checkbox" className="check" aria-label="Select all that match" checked={picked.all} ref={(element) => { if (element) element.indeterminate = some; }} onChange={() => pick(picked.all || some ? nonePicked : allPicked)} />
            </span>
          )}
          {["Time", "Last user message", "Model", "Turns", "Tokens", "Took", "Status"].map((name, i) => (
            <span key={name} role="columnheader" className={i >= 3 && i <= 5 ? "right" : ""}>
              {name}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="grid-body" style={{ height: view.height }}>
        {list.isFetchNextPageError && (
          <div className="grid-problem">
            <ProblemNotice error={list.error} retry={() => void fetchNextPage()} />
          </div>
        )}
        {Array.from({ length: view.last - view.first }, (_, i) => view.first + i).map((row) => {
          const call = loaded[row];
          return (
            <div
              key={row}
              id={`trace-${row}`}
              role="row"
              aria-rowindex={row + 2}
              aria-selected={pick && call ? isPicked(call.id) : undefined}
              className="grid-row"
              data-active={row === active || undefined}
              data-open={(call && call.id === open) || undefined}
              style={{ transform: `translateY(${view.top + (row - view.first) * rowHeight}px)` }}
              onClick={(event) => {
                setActive(row);
                if (!call || event.target instanceof HTMLInputElement) return;
                if (show) show(call.id);
                else choose(row, event.shiftKey);
              }}
            >
              {call ? (
                <>
                  {pick && (
                    <span role="gridcell">
                      <input type="checkbox" className="check" tabIndex={-1} aria-label={`Select the call of ${fullTime(call.time)}`} checked={isPicked(call.id)} onChange={() => undefined} onClick={(event) => choose(row, event.shiftKey)} />
                    </span>
                  )}
                  <Cells call={call} />
                </>
              ) : (
                <span role="gridcell" className="grid-skeleton">
                  <span className="skeleton" />
                </span>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

export function tokensOf(call: { tokens_in: number | null; tokens_out: number | null }): string {
  return call.tokens_in === null && call.tokens_out === null ? "–" : count((call.tokens_in ?? 0) + (call.tokens_out ?? 0));
}

function Cells({ call }: { call: TraceSummary }) {
  return (
    <>
      <span role="gridcell" className="num muted" title={fullTime(call.time)}>
        {shortTime(call.time)}
      </span>
      <span role="gridcell" className="clip" title={call.preview}>
        {call.preview || <span className="muted">no user message</span>}
      </span>
      <span role="gridcell" className="clip" title={call.model || undefined}>
        {call.model || <span className="muted">–</span>}
      </span>
      <span role="gridcell" className="num right">
        {count(call.turns)}
      </span>
      <span role="gridcell" className="num right">
        {tokensOf(call)}
      </span>
      <span role="gridcell" className="num right">
        {call.latency_ms === null ? <span className="muted">–</span> : duration(call.latency_ms)}
      </span>
      <span role="gridcell" className="row">
        <CallStatus call={call} />
        {call.has_tools && <Wrench size={13} className="muted" aria-label="with tools" />}
      </span>
    </>
  );
}

export function CallStatus({ call }: { call: Pick<TraceSummary, "status" | "error" | "has_output"> }) {
  if (call.status === "error")
    return (
      <span className="chip" data-tone="bad" title={call.error || undefined}>
        Failed
      </span>
    );
  if (!call.has_output) return <span className="chip">No answer</span>;
  return (
    <span className="chip" data-tone="ok">
      OK
    </span>
  );
}
