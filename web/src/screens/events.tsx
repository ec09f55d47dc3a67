import "@/styles/modals.css";
// The whole log as a table: every event, in order, with what caused it.
import { useQueries, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { read } from "@/api/client";
import { eventPage, useRuns } from "@/api/queries";
import type { EventList, LogEvent } from "@/api/types";
import { CanvasHeader } from "@/canvas/header";
import { HealthBar } from "@/canvas/health-bar";
import { PastBar, Timeline } from "@/canvas/timeline";
import { laneOf, lineOf } from "@/lib/events";
import { clockTime, count, fullTime, words } from "@/lib/format";
import { useUrl } from "@/lib/url";
import { Button, ProblemNotice } from "@/ui/parts";
import { useRowsInView } from "@/ui/virtual-list";
import { useHere, useMoment } from "./here";

const pageSize = 100;
const rowHeight = 36; // px

export default function EventsScreen() {
  const here = useHere();
  const { position, head } = useMoment();
  const url = useUrl();
  const type = url.get("type");
  // What was there when the page was opened stays in place; later events are announced, not pushed in.
  const [shown, setShown] = useState(here.live ? head : position);
  useEffect(() => setShown(here.live ? head : position), [here.at, here.settled]); // eslint-disable-line react-hooks/exhaustive-deps
  const newer = here.live ? head - shown : 0;
  return (
    <div className="canvas-page">
      <CanvasHeader />
      <PastBar />
      <HealthBar />
      <main className="canvas-main events">
        <header className="row wrap pad-narrow">
          <p className="small">
            <Link href={`/finetune/${here.id}`}>Canvas</Link> <span className="muted">/ Event log</span>
          </p>
          <h2>{count(shown)} events</h2>
          {newer > 0 && (
            <Button className="small" onClick={() => setShown(head)}>
              {count(newer)} new: show
            </Button>
          )}
          <span className="grow" />
          <TypeFilter type={type} />
        </header>
        {type ? <OfType type={type} upTo={shown} /> : <All upTo={shown} />}
      </main>
      <Timeline />
    </div>
  );
}

function TypeFilter({ type }: { type: string | null }) {
  const url = useUrl();
  const here = useHere();
  const kinds = useQuery({
    queryKey: ["dataset", here.id, "live", "histogram", "kinds"],
    queryFn: ({ signal }) => read<{ buckets: { by_type: Record<string, number> }[] }>(`/datasets/${here.id}/events/histogram`, { buckets: 1 }, signal),
  });
  const found = Object.entries(kinds.data?.buckets[0]?.by_type ?? {}).sort();
  return (
    <label className="row small">
      Kind
      <select className="select small" value={type ?? ""} onChange={(event) => url.replace({ type: event.target.value })}>
        <option value="">Every kind</option>
        {found.map(([name, events]) => (
          <option key={name} value={name}>
            {words(name)} ({count(events)})
          </option>
        ))}
      </select>
    </label>
  );
}

const actors: Record<string, string> = { scheduler: "rftd", local: "local user" };

// Runs by what they do: their ids say nothing.
function useStepOfRun(): (run: string | null | undefined) => string | null {
  const here = useHere();
  const runs = useRuns(here.id, here.at, { limit: 500 });
  return (run) => {
    const found = runs.data?.items.find((one) => one.id === run);
    return found ? words(found.step) : null;
  };
}

function whatHappened(event: LogEvent, stepOf: (run: string | null) => string | null): string {
  const verb = { run_started: "started", run_completed: "completed" }[event.type];
  const step = verb && stepOf(String((event.data as { run?: string }).run));
  return step ? `${step} ${verb}` : lineOf(event);
}

function Row({ event, style }: { event: LogEvent | undefined; style: { transform: string } }) {
  const here = useHere();
  const stepOf = useStepOfRun();
  const { position } = useMoment();
  if (!event) {
    return (
      <div role="row" className="event-row" style={style}>
        <span role="cell" className="skeleton event-skeleton" />
      </div>
    );
  }
  return (
    <div role="row" className="event-row" style={style} data-now={event.position === position || undefined}>
      <span role="cell" className="num">
        <button type="button" className="button link num" onClick={() => here.open("event", { event: event.position })}>
          {count(event.position)}
        </button>
      </span>
      <time role="cell" className="num muted" dateTime={event.time} title={fullTime(event.time)}>
        {clockTime(event.time)}
      </time>
      <span role="cell" className="clip">
        <i className="lane-dot" data-lane={laneOf(event.type)} aria-hidden />
        {words(event.type)}
      </span>
      <span role="cell" className="clip">
        {whatHappened(event, stepOf)}
      </span>
      <span role="cell" className="clip muted">
        {actors[event.actor] ?? event.actor}
      </span>
      <span role="cell" className="muted">
        {event.cause.run ? (
          <button type="button" className="button link" title={event.cause.run} onClick={() => here.open("run", { run: event.cause.run })}>
            {stepOf(event.cause.run) ?? event.cause.run}
          </button>
        ) : event.cause.position !== null ? (
          `event ${count(event.cause.position)}`
        ) : (
          "command"
        )}
      </span>
    </div>
  );
}

function Head() {
  return (
    <div role="rowgroup" className="event-head">
      <div role="row" className="event-row">
        {["Event", "Time", "Kind", "What", "By", "Because of"].map((name) => (
          <span key={name} role="columnheader">
            {name}
          </span>
        ))}
      </div>
    </div>
  );
}

// Newest first.
function All({ upTo }: { upTo: number }) {
  const here = useHere();
  const { head } = useMoment();
  const box = useRef<HTMLDivElement>(null);
  const view = useRowsInView(box, upTo, rowHeight);
  const positionOf = (row: number) => upTo - row;
  const oldest = positionOf(Math.max(view.first, view.last - 1));
  const newest = positionOf(view.first);
  const firstPage = Math.floor((Math.max(1, oldest) - 1) / pageSize);
  const lastPage = Math.floor((Math.max(1, newest) - 1) / pageSize);
  const pages = Array.from({ length: lastPage - firstPage + 1 }, (_, i) => firstPage + i);
  const answers = useQueries({ queries: pages.map((page) => eventPage(here.id, page * pageSize + 1, pageSize, head)) });
  const eventAt = (position: number) => answers[Math.floor((position - 1) / pageSize) - firstPage]?.data?.items.find((event) => event.position === position);
  const failed = answers.find((one) => one.isError);
  return (
    <div ref={box} className="event-table" role="table" aria-label="Events" aria-rowcount={upTo + 1} tabIndex={0}>
      <Head />
      {failed && <ProblemNotice error={failed.error} retry={() => void failed.refetch()} />}
      <div role="rowgroup" className="grid-body" style={{ height: view.height }}>
        {Array.from({ length: Math.max(0, view.last - view.first) }, (_, i) => view.first + i).map((row) => (
          <Row key={row} event={eventAt(positionOf(row))} style={{ transform: `translateY(${view.top + (row - view.first) * rowHeight}px)` }} />
        ))}
      </div>
    </div>
  );
}

function OfType({ type, upTo }: { type: string; upTo: number }) {
  const here = useHere();
  const found = useQuery({
    queryKey: ["dataset", here.id, "log", "type", type, upTo],
    queryFn: ({ signal }) => read<EventList>(`/datasets/${here.id}/events`, { type, to: upTo, limit: 500 }, signal),
  });
  const items = [...(found.data?.items ?? [])].reverse();
  return (
    <div className="event-table" role="table" aria-label="Events" tabIndex={0}>
      <Head />
      {found.isError && <ProblemNotice error={found.error} retry={() => void found.refetch()} />}
      <div role="rowgroup" className="grid-body" style={{ height: items.length * rowHeight }}>
        {items.map((event, row) => (
          <Row key={event.position} event={event} style={{ transform: `translateY(${row * rowHeight}px)` }} />
        ))}
      </div>
      {found.data?.next && <p className="muted small pad-narrow">The first 500 of this kind.</p>}
    </div>
  );
}
