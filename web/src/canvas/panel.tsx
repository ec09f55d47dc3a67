// Details of the selected step: why its badge is what it is, what is in the way, what can be done, its last runs.
import { ChevronDown, ChevronUp, CircleDashed, History, OctagonX, RotateCw } from "lucide-react";
import { useState } from "react";
import { write } from "@/api/client";
import { useRuns, useWritten } from "@/api/queries";
import type { Card, Run } from "@/api/types";
import { actionsOf, openStep, reasonsOf } from "@/screens/actions";
import { useHere } from "@/screens/here";
import { stepPurpose } from "@/screens/steps";
import { ago, count, duration, fullTime, sentence, words } from "@/lib/format";
import { Badge, Button, Guarded, IconButton, ReasonList } from "@/ui/parts";
import { tellProblem } from "@/ui/toasts";

// A step's runs have the names of the work they do.
const runsOfStep: Record<string, string[]> = {
  extract: ["import", "validate"],
  topics: ["topics", "categorize"],
  coverage: ["coverage", "generate"],
  grader: ["grader", "grader_test"],
  dry_run: ["dry_run"],
  train: ["train"],
  deploy: ["deploy"],
};

export const runTone = (run: Run) =>
  run.state === "completed" ? "complete" : run.state === "failed" ? "failed" : run.state === "cancelled" ? "waiting" : run.state === "parked" ? "attention" : "processing";

export function Panel() {
  const here = useHere();
  const card = here.canvas.steps.find((one) => one.step === here.step) ?? here.canvas.steps[0];
  const [open, setOpen] = useState(true);
  const actions = actionsOf(here, card);
  return (
    <section className="detail" data-open={open || undefined} aria-label={`Details of ${card.name}`}>
      <div className="detail-main">
        <div className="row">
          <h2>
            {card.number}. {card.name}
          </h2>
          <Badge state={card.state}>{card.badge}</Badge>
          {card.line && <span className="muted clip">{card.line}</span>}
        </div>
        {open && <p className="muted detail-text">{stepPurpose[card.step]}</p>}
        <div className="row wrap">
          {actions.map((action, i) => (
            <Guarded key={action.id} className={`small ${i === 0 ? "primary" : ""}`} reasons={action.reasons} onClick={action.run}>
              {action.label}
            </Guarded>
          ))}
          {actions.length === 0 && (
            <Button className="small" onClick={() => openStep(here, card.step)}>
              Open
            </Button>
          )}
        </div>
      </div>
      {open && <Why card={card} />}
      {open && <Runs card={card} />}
      <IconButton label={open ? "Less" : "More"} className="button quiet icon detail-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? <ChevronDown size={16} aria-hidden /> : <ChevronUp size={16} aria-hidden />}
      </IconButton>
    </section>
  );
}

function Why({ card }: { card: Card }) {
  const here = useHere();
  return (
    <div className="detail-why">
      <h3 className="tag">{card.blocked.length > 0 ? "What it waits for" : "Why this badge"}</h3>
      {card.blocked.length > 0 ? <ReasonList reasons={reasonsOf(here, card)} /> : <p className="small">{card.rule ? sentence(card.rule) : "It is being worked on; the badge is set when that has ended."}</p>}
      {card.stale.map((one) => (
        <p key={one.position + one.because} className="row small stale">
          <History size={14} aria-hidden />
          <span>
            Stale: {one.because} at{" "}
            <button type="button" className="button link" onClick={() => here.open("event", { event: one.position })}>
              event {count(one.position)}
            </button>
          </span>
        </p>
      ))}
    </div>
  );
}

function Runs({ card }: { card: Card }) {
  const here = useHere();
  const runs = useRuns(here.id, here.at, { limit: 60 });
  const own = (runs.data?.items ?? []).filter((run) => runsOfStep[card.step]?.includes(run.step)).slice(0, 3);
  return (
    <div className="detail-runs">
      <h3 className="tag">Last runs</h3>
      {own.length === 0 && (
        <p className="row muted small">
          <CircleDashed size={14} aria-hidden />
          Has not run yet
        </p>
      )}
      <ul>
        {own.map((run) => (
          <RunLine key={run.id} run={run} />
        ))}
      </ul>
    </div>
  );
}

export function RunLine({ run }: { run: Run }) {
  const here = useHere();
  const written = useWritten(here.id);
  const act = (verb: "cancel" | "resume") =>
    write("POST", `/datasets/${here.id}/runs/${run.id}/${verb}`, verb === "cancel" ? { reason: "cancelled by a person" } : undefined)
      .then(written)
      .catch(tellProblem);
  const active = ["requested", "running", "waiting_retry", "parked"].includes(run.state);
  const took = run.started_at && run.ended_at ? duration(Date.parse(run.ended_at) - Date.parse(run.started_at)) : null;
  const { done, total } = run.progress;
  return (
    <li className="run-line">
      <button type="button" className="run-open" onClick={() => here.open("run", { run: run.id })}>
        <Badge state={runTone(run)}>{words(run.step)}</Badge>
        <span className="clip grow small" title={run.error ?? run.cause}>
          {run.error ?? (active && total > 0 ? `${count(done)} of ${count(total)}` : run.cause)}
        </span>
        <span className="muted small num" title={fullTime(run.ended_at ?? run.requested_at)}>
          {took ?? words(run.state)} · {ago(run.ended_at ?? run.requested_at)}
        </span>
      </button>
      {here.live && run.state === "parked" && (
        <IconButton label="Go on with this run" onClick={() => void act("resume")}>
          <RotateCw size={15} aria-hidden />
        </IconButton>
      )}
      {here.live && active && (
        <IconButton label="Cancel this run" onClick={() => void act("cancel")}>
          <OctagonX size={15} aria-hidden />
        </IconButton>
      )}
    </li>
  );
}
