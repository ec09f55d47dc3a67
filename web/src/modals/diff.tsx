// What is different between two moments: badges, counts, topics, balance, and the events between.
import { ArrowRight, GitCompare } from "lucide-react";
import { useState } from "react";
import { useDiff } from "@/api/queries";
import type { Diff, StepState } from "@/api/types";
import { useHere, useMoment } from "@/screens/here";
import { stepTitles } from "@/screens/steps";
import { count, fixed2, fullTime, words } from "@/lib/format";
import { useUrl } from "@/lib/url";
import { Modal } from "@/ui/modal";
import { Badge, Button, Loading, Notice, ProblemNotice } from "@/ui/parts";

export default function DiffModal() {
  const here = useHere();
  const { position, head } = useMoment();
  const url = useUrl();
  // `at` is the one moment, `vs` the other; shown from the earlier to the later.
  const a = here.live ? Math.max(0, head - 1) : position;
  const b = Number(url.get("vs") ?? head) || head;
  const [ends, setEnds] = useState<{ from: number; to: number } | null>(null);
  const from = ends?.from ?? (here.live && !url.get("vs") ? 1 : Math.min(a, b));
  const to = ends?.to ?? (here.live && !url.get("vs") ? head : Math.max(a, b));
  const diff = useDiff(here.id, from, to);
  return (
    <Modal title="Compare two moments" size="large" close={here.close} head={<GitCompare size={16} aria-hidden className="muted" />}>
      <div className="row wrap">
        <Moment label="From event" value={from} head={head} set={(value) => setEnds({ from: value, to })} time={diff.data?.from.time ?? null} />
        <ArrowRight size={16} aria-hidden className="muted" />
        <Moment label="to event" value={to} head={head} set={(value) => setEnds({ from, to: value })} time={diff.data?.to.time ?? null} />
      </div>
      {diff.isError && <ProblemNotice error={diff.error} retry={() => void diff.refetch()} />}
      {diff.isPending && <Loading lines={5} />}
      {diff.data && <Shown diff={diff.data} />}
    </Modal>
  );
}

function Moment({ label, value, head, set, time }: { label: string; value: number; head: number; set: (value: number) => void; time: string | null }) {
  const [text, setText] = useState<string | null>(null);
  const take = () => {
    const number = Number(text);
    if (text !== null && Number.isInteger(number) && number >= 0 && number <= head) set(number);
    setText(null);
  };
  return (
    <label className="row small">
      {label}
      <input className="input small num narrow" inputMode="numeric" value={text ?? String(value)} onChange={(event) => setText(event.target.value.replaceAll(/\D/g, ""))} onBlur={take} onKeyDown={(event) => event.key === "Enter" && take()} />
      <span className="muted num">{time ? fullTime(time) : ""}</span>
    </label>
  );
}

function Shown({ diff }: { diff: Diff }) {
  const here = useHere();
  const counts = Object.entries(diff.counts).filter(([, one]) => one.before !== one.after);
  const steps = diff.steps.filter((one) => one.changed);
  const { topics } = diff;
  const topicsChanged = topics.version.before !== topics.version.after;
  const nothing = counts.length === 0 && steps.length === 0 && !topicsChanged;
  const max = Math.max(1, ...Object.values(diff.events.by_type));
  return (
    <div className="diff">
      {nothing && <Notice>Nothing that is shown differs; {count(diff.events.count)} events lie between.</Notice>}
      {steps.length > 0 && (
        <section>
          <h3>Steps</h3>
          <ul className="diff-steps">
            {steps.map((one) => (
              <li key={one.step}>
                <b>{stepTitles[one.step as keyof typeof stepTitles] ?? one.step}</b>
                <span className="diff-side">
                  <Badge state={one.state.before as StepState}>{one.badge.before}</Badge>
                  <span className="muted small clip">{one.line.before}</span>
                </span>
                <ArrowRight size={15} aria-label="became" className="muted" />
                <span className="diff-side">
                  <Badge state={one.state.after as StepState}>{one.badge.after}</Badge>
                  <span className="small clip">{one.line.after}</span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {(counts.length > 0 || diff.balance.before !== diff.balance.after) && (
        <section>
          <h3>Numbers</h3>
          <table className="data num">
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col" className="right">Before</th>
                <th scope="col" className="right">After</th>
                <th scope="col" className="right">Change</th>
              </tr>
            </thead>
            <tbody>
              {counts.map(([name, one]) => (
                <tr key={name}>
                  <th scope="row">{words(name)}</th>
                  <td className="right">{count(one.before)}</td>
                  <td className="right">{count(one.after)}</td>
                  <td className="right">
                    {one.after > one.before ? "+" : "−"}
                    {count(Math.abs(one.after - one.before))}
                  </td>
                </tr>
              ))}
              {diff.balance.before !== diff.balance.after && (
                <tr>
                  <th scope="row">Balance</th>
                  <td className="right">{fixed2(diff.balance.before)}</td>
                  <td className="right">{fixed2(diff.balance.after)}</td>
                  <td className="right">
                    {diff.balance.after > diff.balance.before ? "+" : "−"}
                    {fixed2(Math.abs(diff.balance.after - diff.balance.before))}
                  </td>
                </tr>
              )}
            </tbody>
          </table>
        </section>
      )}
      {topicsChanged && (
        <section>
          <h3>
            Topics, version {topics.version.before} to {topics.version.after}
          </h3>
          <div className="row wrap">
            {topics.added.map((one) => (
              <span key={one.id} className="chip" data-tone="ok">
                + {one.name}
              </span>
            ))}
            {topics.removed.map((one) => (
              <span key={one.id} className="chip" data-tone="bad">
                − {one.name}
              </span>
            ))}
            {topics.renamed.map((one) => (
              <span key={one.id} className="chip" data-tone="accent">
                {one.before} → {one.name}
              </span>
            ))}
            {topics.moved.map((one) => (
              <span key={one.id} className="chip" data-tone="warn">
                {one.name} moved
              </span>
            ))}
          </div>
        </section>
      )}
      <section>
        <h3>{count(diff.events.count)} events between</h3>
        <ul className="by-type">
          {Object.entries(diff.events.by_type)
            .sort((x, y) => y[1] - x[1])
            .map(([type, events]) => (
              <li key={type}>
                <span className="clip">{words(type)}</span>
                <span className="type-bar" aria-hidden>
                  <span style={{ width: `${(100 * events) / max}%` }} />
                </span>
                <span className="num right">{count(events)}</span>
              </li>
            ))}
        </ul>
        <Button className="small" onClick={() => here.open("event", { event: Math.min(diff.from.position, diff.to.position) + 1 })}>
          Look at them one by one
        </Button>
      </section>
    </div>
  );
}
