// A generation: what it has written so far, what the filters dropped, and the review that ends it.
import { Check, OctagonX, Undo2, X } from "lucide-react";
import { useState } from "react";
import { write } from "@/api/client";
import { isActive, useGenerated } from "@/api/grading";
import { useWritten } from "@/api/queries";
import type { GeneratedRecord, Generation } from "@/api/types";
import { Cut } from "@/grading/answer";
import { useHere } from "@/screens/here";
import { count, fixed2, percent, plural, words } from "@/lib/format";
import { noFilter } from "@/lib/url";
import { Button, Empty, Guarded, IconButton, Loading, Notice, ProblemNotice } from "@/ui/parts";
import { tell, tellProblem } from "@/ui/toasts";

const page = 100;
const alike = 0.7; // from here on a record is marked as close to its source

export function GenerationView({ run }: { run: Generation }) {
  const here = useHere();
  const written = useWritten(here.id);
  const [rejected, setRejected] = useState<ReadonlySet<number>>(new Set());
  const [topic, setTopic] = useState("");
  const [shown, setShown] = useState(page);
  const [busy, setBusy] = useState("");
  const [sure, setSure] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const records = useGenerated(here.id, here.at, run.id, { limit: Math.min(500, shown), topic });
  const pending = run.review === "pending";
  const kept = run.generated - rejected.size;
  const toggle = (number: number) => {
    const next = new Set(rejected);
    if (!next.delete(number)) next.add(number);
    setRejected(next);
  };
  const review = async (body: object, what: string) => {
    setBusy(what);
    setError(null);
    try {
      const answer = await write<Generation>("POST", `/datasets/${here.id}/generations/${run.id}/review`, body);
      await written(answer);
      tell(what === "add" ? `${plural(answer.data.accepted, "record")} added` : "Nothing was added", what === "add" ? "They are checked, and keep their topic." : `${plural(run.generated, "record")} dropped; the log keeps them.`);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy("");
    }
  };
  const cancel = () =>
    write("POST", `/datasets/${here.id}/runs/${run.id}/cancel`, { reason: "cancelled by a person" })
      .then(written)
      .catch(tellProblem);
  return (
    <div className="generation">
      <div className="generation-top">
        {isActive(run) && (
          <section className="running" aria-label="Progress">
            <div className="row">
              <b className="grow num">
                {count(run.generated)} of {plural(run.planned, "record")} <span className="muted small">· call {count(run.calls_done)} of {count(run.calls)}</span>
              </b>
              <Guarded className="small" reasons={here.readOnly} icon={<OctagonX size={14} aria-hidden />} onClick={() => void cancel()}>
                Cancel
              </Guarded>
            </div>
            <progress max={Math.max(1, run.progress.total)} value={run.progress.total > 0 ? run.progress.done : undefined} aria-label="Progress of the generation" />
            {run.state === "parked" && <Notice tone="warn">{run.error}</Notice>}
          </section>
        )}
        {run.state === "failed" && <Notice tone="bad">{run.error}</Notice>}
        {run.calls_failed > 0 && <Notice tone="warn">{plural(run.calls_failed, "call")} of the model failed; what they would have written is missing.</Notice>}
        {run.review === "done" && (
          <Notice tone="ok">
            {plural(run.accepted, "record")} added{run.first_record && `, from ${run.first_record} on`}; {count(run.dropped)} dropped.{" "}
            {run.accepted > 0 && (
              <Button className="link" onClick={() => here.open("records", { ...noFilter, source: "synthetic" })}>
                View generated records
              </Button>
            )}
          </Notice>
        )}
        <Outcome run={run} />
      </div>
      {records.isError && <div className="pad"><ProblemNotice error={records.error} retry={() => void records.refetch()} /></div>}
      {run.generated > 0 && (
        <div className="generation-tools row wrap">
          <select className="select small run-pick" aria-label="Topic" value={topic} onChange={(event) => { setTopic(event.target.value); setShown(page); }}>
            <option value="">Every topic</option>
            {run.topics.filter((one) => one.id !== null).map((one) => (
              <option key={one.id} value={one.id!}>
                {one.name} ({count(one.made)})
              </option>
            ))}
          </select>
          <span className="grow" />
          {pending && rejected.size > 0 && (
            <Button className="quiet small" icon={<Undo2 size={14} aria-hidden />} onClick={() => setRejected(new Set())}>
              Keep all again
            </Button>
          )}
          {pending && topic !== "" && records.data && (
            <Button className="small" onClick={() => setRejected(new Set([...rejected, ...records.data.items.map((one) => one.number)]))}>
              Reject these {count(records.data.items.length)}
            </Button>
          )}
        </div>
      )}
      <ul className="generated" aria-label="Generated records">
        {!records.data && !records.isError && <Loading lines={5} />}
        {records.data?.items.map((record) => (
          <Generated key={record.number} record={record} rejected={rejected.has(record.number)} toggle={pending && here.live ? () => toggle(record.number) : undefined} />
        ))}
        {records.data && records.data.total === 0 && !isActive(run) && <Empty title="Nothing came through the filters"><p>See above what was dropped, and why.</p></Empty>}
        {records.data && records.data.total > shown && shown < 500 && (
          <li className="row">
            <Button className="more" onClick={() => setShown(shown + page)}>
              Show more ({count(records.data.total - shown)} are left)
            </Button>
          </li>
        )}
        {records.data && records.data.total > 500 && shown >= 500 && <li className="muted small">Narrow by topic to see the others; what is not shown is kept.</li>}
      </ul>
      {pending && (
        <footer className="modal-foot">
          {error !== null && <ProblemNotice error={error} />}
          <span className="grow">{rejected.size > 0 ? `${count(rejected.size)} rejected.` : "Reject what does not belong; the rest is added."}</span>
          <Guarded reasons={here.readOnly} busy={busy === "drop"} onClick={() => (sure ? void review({ accept: "none" }, "drop") : setSure(true))}>
            {sure ? `Really drop all ${count(run.generated)}` : "Drop all"}
          </Guarded>
          <Guarded className="primary" reasons={here.readOnly} busy={busy === "add"} disabled={here.live && kept === 0} onClick={() => void review(rejected.size === 0 ? { accept: "all" } : { reject: [...rejected] }, "add")}>
            Add {count(kept)} to dataset
          </Guarded>
        </footer>
      )}
    </div>
  );
}

function Outcome({ run }: { run: Generation }) {
  const dropped = Object.entries(run.rejected).filter(([, records]) => records > 0);
  return (
    <div className="outcome num">
      <ul className="plan-topics" aria-label="By topic">
        {run.topics.map((one) => (
          <li key={one.id ?? "none"}>
            <span className="row small">
              <span className="grow clip">{one.name ?? "Uncategorized"}</span>
              {count(one.made)} <span className="muted">of {count(one.planned)}</span>
            </span>
            <span className="plan-bar" aria-hidden>
              <span />
              <span style={{ width: percent(one.made, Math.max(1, one.planned)).replace(/[<> ]/g, "") }} />
            </span>
          </li>
        ))}
      </ul>
      <dl className="facts-row">
        <div>
          <dt>Passed the filters</dt>
          <dd>{count(run.generated)}</dd>
        </div>
        {dropped.map(([reason, records]) => (
          <div key={reason}>
            <dt>{words(reason)}</dt>
            <dd className="warn">{count(records)}</dd>
          </div>
        ))}
        <div>
          <dt>Balance</dt>
          <dd>
            {fixed2(run.balance_before)} → {fixed2(run.balance_after)}
          </dd>
        </div>
        <div>
          <dt>Spent</dt>
          <dd>
            {count(run.spent.input_tokens + run.spent.output_tokens)} tokens{run.spent.cost_usd > 0 && `, $${run.spent.cost_usd.toFixed(4)}`}
          </dd>
        </div>
      </dl>
    </div>
  );
}

function Generated({ record, rejected, toggle }: { record: GeneratedRecord; rejected: boolean; toggle?: () => void }) {
  const out = rejected || record.accepted === false;
  const messages = ((record.data as { messages?: { role?: string; content?: unknown }[] }).messages ?? []).slice(0, -1);
  return (
    <li className="answer" data-out={out || undefined}>
      <div className="row wrap">
        <span className="mono small muted">#{record.number + 1}</span>
        {record.topic_name && <span className="chip">{record.topic_name}</span>}
        {record.source && <span className="small muted">of {record.source}</span>}
        {record.similarity !== null && (
          <span className="chip num" data-tone={record.similarity >= alike ? "warn" : undefined}>
            {percent(record.similarity, 1)} like its source
          </span>
        )}
        <span className="small muted num">{plural(record.tokens, "token")}</span>
        <span className="grow" />
        {toggle ? (
          <IconButton label={rejected ? "Keep it" : "Reject it"} onClick={toggle} aria-pressed={rejected}>
            {rejected ? <Undo2 size={16} aria-hidden /> : <X size={16} aria-hidden />}
          </IconButton>
        ) : (
          record.accepted !== null && <span className="chip" data-tone={record.accepted ? "ok" : undefined}>{record.accepted ? <><Check size={12} aria-hidden /> added</> : "dropped"}</span>
        )}
      </div>
      <Cut text={record.preview} />
      {messages.length > 0 && (
        <details className="call">
          <summary>What comes before it ({messages.length})</summary>
          <pre className="message-text">{messages.map((one) => `${one.role}: ${typeof one.content === "string" ? one.content : JSON.stringify(one.content ?? null)}`).join("\n\n")}</pre>
        </details>
      )}
    </li>
  );
}
