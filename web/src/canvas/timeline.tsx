// The log as a strip: where one is, what happened when, and the way to any moment of it.
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronLeft, ChevronRight, ChevronUp, GitBranch, GitCompare, History, Info, RotateCcw, SkipBack, SkipForward } from "lucide-react";
import { type KeyboardEvent, memo, type PointerEvent, useEffect, useRef, useState } from "react";
import { eventPage, useHistogram } from "@/api/queries";
import type { Bucket, Histogram, LogEvent } from "@/api/types";
import { useHere, useMoment } from "@/screens/here";
import { isMilestone, type Lane, laneOf, lanes, lineOf } from "@/lib/events";
import { clockTime, count, fullTime, plural, shorten } from "@/lib/format";
import { Button, IconButton } from "@/ui/parts";

const pageSize = 50;

export function useEventAt(id: string, position: number, head: number): LogEvent | undefined {
  const from = Math.floor((Math.max(1, position) - 1) / pageSize) * pageSize + 1;
  const { data } = useQuery({ ...eventPage(id, from, pageSize, head), enabled: position >= 1 });
  return data?.items.find((event) => event.position === position);
}

export const PastBar = () => (useHere().live ? null : <Past />);

function Past() {
  const here = useHere();
  const { position, head, time } = useMoment();
  const event = useEventAt(here.id, position, head);
  return (
    <section className="past-bar" aria-label="The past">
      <History size={16} aria-hidden />
      <p className="grow">
        <b>
          Viewing event <span className="num">{count(position)}</span> of <span className="num">{count(head)}</span>
        </b>{" "}
        <span title={fullTime(time)}>{time && `· ${clockTime(time)} `}</span>
        {event && <span className="hide-narrow">· {shorten(lineOf(event), 80)} </span>}· read-only
      </p>
      <Button className="small" icon={<GitCompare size={14} aria-hidden />} onClick={() => here.open("diff", { vs: head })}>
        Compare with now
      </Button>
      <Button className="small" icon={<RotateCcw size={14} aria-hidden />} onClick={() => here.open("restore")}>
        Restore…
      </Button>
      <Button className="small" icon={<GitBranch size={14} aria-hidden />} onClick={() => here.open("fork")}>
        Branch from here…
      </Button>
      <Button className="small primary" onClick={() => here.goTo(null)}>
        Return to live
      </Button>
    </section>
  );
}

function milestonesIn(histogram: Histogram): { position: number; types: string[] }[] {
  return histogram.buckets
    .map((bucket) => ({ position: bucket.to, types: Object.keys(bucket.by_type).filter(isMilestone) }))
    .filter((one) => one.types.length > 0);
}

function byLane(bucket: Bucket): Map<Lane, number> {
  const found = new Map<Lane, number>();
  for (const [type, events] of Object.entries(bucket.by_type)) found.set(laneOf(type), (found.get(laneOf(type)) ?? 0) + events);
  return found;
}

export function Timeline() {
  const here = useHere();
  const moment = useMoment();
  const { data } = useHistogram(here.id, 160);
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState<number | null>(null); // while a hand is on it
  const [hover, setHover] = useState<number | null>(null);
  const head = Math.max(moment.head, 1);
  const position = wanted ?? moment.position;
  const milestones = data ? milestonesIn(data) : [];
  const commit = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(commit.current), []);

  const settle = (next: number) => {
    clearTimeout(commit.current);
    setWanted(null);
    const target = next >= head ? null : next;
    if (target !== (here.live ? null : moment.position)) here.goTo(target);
  };
  const move = (next: number) => {
    const bounded = Math.min(head, Math.max(1, next));
    setWanted(bounded);
    clearTimeout(commit.current);
    commit.current = setTimeout(() => settle(bounded), 250);
  };
  const before = milestones.filter((one) => one.position < position).pop()?.position ?? 1;
  const after = milestones.find((one) => one.position > position)?.position ?? head;
  return (
    <section className="timeline" data-open={open || undefined} aria-label="Timeline">
      <div className="timeline-row">
        <div className="row timeline-buttons">
          <IconButton label="Previous milestone (Page up)" disabled={position <= 1} onClick={() => move(before)}>
            <SkipBack size={15} aria-hidden />
          </IconButton>
          <IconButton label="One event back (←)" disabled={position <= 1} onClick={() => move(position - 1)}>
            <ChevronLeft size={16} aria-hidden />
          </IconButton>
          <IconButton label="One event on (→)" disabled={position >= head} onClick={() => move(position + 1)}>
            <ChevronRight size={16} aria-hidden />
          </IconButton>
          <IconButton label="Next milestone (Page down)" disabled={position >= head} onClick={() => move(after)}>
            <SkipForward size={15} aria-hidden />
          </IconButton>
        </div>
        <Strip data={data} head={head} position={position} hover={hover} setHover={setHover} milestones={milestones} setWanted={setWanted} settle={settle} move={move} before={before} after={after} />
        <PositionField head={head} position={position} />
        <IconButton label="This event" onClick={() => here.open("event", { event: position })}>
          <Info size={15} aria-hidden />
        </IconButton>
        <IconButton label={open ? "Hide lanes" : "Show lanes"} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? <ChevronDown size={16} aria-hidden /> : <ChevronUp size={16} aria-hidden />}
        </IconButton>
      </div>
      {open && data && <Lanes data={data} head={head} position={position} settle={settle} />}
    </section>
  );
}

interface StripProps {
  data: Histogram | undefined;
  head: number;
  position: number;
  hover: number | null;
  setHover: (position: number | null) => void;
  milestones: { position: number; types: string[] }[];
  setWanted: (position: number) => void;
  settle: (position: number) => void;
  move: (position: number) => void;
  before: number;
  after: number;
}

function Strip({ data, head, position, hover, setHover, milestones, setWanted, settle, move, before, after }: StripProps) {
  const here = useHere();
  const track = useRef<HTMLDivElement>(null);
  const [held, setHeld] = useState(false);
  const shown = hover ?? (held ? position : null);
  const event = useEventAt(here.id, shown ?? position, head);
  const x = (of: number) => (100 * of) / head;
  const positionAt = (pointer: PointerEvent) => {
    const box = track.current!.getBoundingClientRect();
    return Math.min(head, Math.max(1, Math.ceil(((pointer.clientX - box.left) / box.width) * head)));
  };
  const press = (key: KeyboardEvent) => {
    const by = key.shiftKey ? 10 : 1;
    const next = { ArrowLeft: position - by, ArrowRight: position + by, ArrowDown: position - by, ArrowUp: position + by, PageUp: before, PageDown: after, Home: 1, End: head }[key.key];
    if (next === undefined) return;
    key.preventDefault();
    key.stopPropagation();
    move(next);
  };
  return (
    <div
      ref={track}
      id="timeline"
      className="strip"
      role="slider"
      tabIndex={0}
      aria-label="Position in the log"
      aria-valuemin={1}
      aria-valuemax={head}
      aria-valuenow={position}
      aria-valuetext={`Event ${position} of ${head}${event && shown === null ? `, ${lineOf(event)}` : ""}`}
      onKeyDown={press}
      onPointerDown={(pointer) => {
        track.current!.setPointerCapture(pointer.pointerId);
        setHeld(true);
        setWanted(positionAt(pointer));
      }}
      onPointerMove={(pointer) => {
        setHover(positionAt(pointer));
        if (held) setWanted(positionAt(pointer));
      }}
      onPointerUp={(pointer) => {
        setHeld(false);
        settle(positionAt(pointer));
      }}
      onPointerLeave={() => setHover(null)}
    >
      <svg viewBox={`0 0 ${head} 20`} preserveAspectRatio="none" aria-hidden>
        <Buckets data={data} />
      </svg>
      {milestones.slice(-80).map((one) => (
        <i key={one.position} className="milestone" style={{ left: `${x(one.position - 0.5)}%` }} aria-hidden />
      ))}
      <span className="ahead" style={{ left: `${x(position)}%` }} aria-hidden />
      <span className="playhead" style={{ left: `${x(position)}%` }} aria-hidden />
      {shown !== null && (
        <span className="bubble" style={{ left: `clamp(110px, ${x(shown - 0.5)}%, calc(100% - 110px))` }}>
          <b className="num">{count(shown)}</b>
          {event && ` · ${clockTime(event.time)}`}
          {event && <span className="block">{shorten(lineOf(event), 60)}</span>}
        </span>
      )}
    </div>
  );
}

// Drawn anew only when the daemon has counted anew, not for each event.
const Buckets = memo(function Buckets({ data }: { data: Histogram | undefined }) {
  return (data?.buckets ?? []).map((bucket) => {
    let y = 0;
    return [...byLane(bucket)].map(([lane, events]) => {
      const tall = (20 * events) / bucket.events;
      y += tall;
      return <rect key={bucket.from + lane} className="lane-fill" data-lane={lane} x={bucket.from - 1 + 0.06} y={y - tall} width={Math.max(0.1, bucket.to - bucket.from + 1 - 0.12)} height={tall} />;
    });
  });
});

// A position or a time, typed.
function PositionField({ head, position }: { head: number; position: number }) {
  const here = useHere();
  const [text, setText] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const go = () => {
    if (text === null) return;
    const typed = text.trim();
    if (typed === "") return setText(null);
    const asNumber = /^#?\d+$/.test(typed) ? Number(typed.replace("#", "")) : null;
    if (asNumber !== null && asNumber >= 1 && asNumber <= head) {
      setText(null);
      return here.goTo(asNumber >= head ? null : asNumber);
    }
    const time = Date.parse(typed);
    if (asNumber === null && !Number.isNaN(time)) {
      setText(null);
      return here.open("", { at: new Date(time).toISOString() });
    }
    setWrong(true);
  };
  return (
    <label className="position-field num" title={`An event from 1 to ${head}, or a time such as 2026-03-01T12:00`}>
      <span className="unseen">Event or time</span>
      <input
        className="input small"
        value={text ?? count(position)}
        aria-invalid={wrong || undefined}
        onFocus={(event) => { setText(String(position)); const input = event.target; setTimeout(() => input.select()); }}
        onBlur={() => { setText(null); setWrong(false); }}
        onChange={(event) => { setText(event.target.value); setWrong(false); }}
        onKeyDown={(event) => { if (event.key === "Enter") go(); if (event.key === "Escape") event.currentTarget.blur(); }}
      />
      <span className="muted">/ {count(head)}</span>
    </label>
  );
}

function Lanes({ data, head, position, settle }: { data: Histogram; head: number; position: number; settle: (position: number) => void }) {
  const present = lanes.filter(({ lane }) => data.buckets.some((bucket) => byLane(bucket).has(lane)));
  const times = data.buckets.length > 0 ? [0, 0.25, 0.5, 0.75, 1].map((part) => data.buckets[Math.round(part * (data.buckets.length - 1))]) : [];
  return (
    <div className="lanes">
      {present.map(({ lane, name }) => {
        const most = Math.max(...data.buckets.map((bucket) => byLane(bucket).get(lane) ?? 0));
        const all = data.buckets.reduce((sum, bucket) => sum + (byLane(bucket).get(lane) ?? 0), 0);
        return (
          <div className="lane" key={lane}>
            <span className="lane-name">{name}</span>
            <svg viewBox={`0 0 ${head} 10`} preserveAspectRatio="none" role="img" aria-label={`${name}: ${plural(all, "event")}`} onClick={(event) => { const box = event.currentTarget.getBoundingClientRect(); settle(Math.max(1, Math.ceil(((event.clientX - box.left) / box.width) * head))); }}>
              <rect className="lane-back" x="0" y="4.5" width={head} height="1" />
              {data.buckets.map((bucket) => {
                const events = byLane(bucket).get(lane) ?? 0;
                return events > 0 && <rect key={bucket.from} className="lane-fill" data-lane={lane} opacity={0.45 + (0.55 * events) / most} x={bucket.from - 1} y="1" width={bucket.to - bucket.from + 1} height="8" />;
              })}
              <line className="lane-now" x1={position} x2={position} y1="0" y2="10" />
            </svg>
            <span className="num muted lane-count">{count(all)}</span>
          </div>
        );
      })}
      <div className="lane lane-times muted num" aria-hidden>
        <span className="lane-name" />
        <span className="times">
          {times.map((bucket, i) => (
            <span key={i}>{clockTime(bucket.from_time)}</span>
          ))}
        </span>
        <span className="lane-count" />
      </div>
    </div>
  );
}
