// What a dry run says, so far or at its end: verdict, figures and why, what to look at first.
import { CircleCheck, Lightbulb, OctagonX } from "lucide-react";
import { useState } from "react";
import { write } from "@/api/client";
import { isActive, useSamples } from "@/api/grading";
import { useWritten } from "@/api/queries";
import type { DryRunReport, DryRunStarted } from "@/api/types";
import { Answer } from "@/grading/answer";
import { Scores } from "@/grading/histogram";
import { useHere } from "@/screens/here";
import { binFilter, graderMovedOn, metricRows, type MetricRow, verdictTone } from "@/lib/dry-run";
import { count, duration, fixed2, percent1, plural, sentence, words } from "@/lib/format";
import { noFilter, useUrl } from "@/lib/url";
import { Button, Guarded, Notice } from "@/ui/parts";
import { tellProblem } from "@/ui/toasts";

const verdictSays: Record<string, string> = {
  GO: "The scores are high enough, and differ enough, for training to learn from them.",
  CAUTION: "Training may learn little. Look at what is marked before money is spent.",
  "NO-GO": "Training would not learn from these scores. Fix what is marked first.",
};

export function Report({ report, newest }: { report: DryRunReport; newest: number }) {
  const url = useUrl();
  const running = isActive(report);
  return (
    <>
      {running && <Running report={report} />}
      {report.state === "failed" && (
        <Notice tone="bad">
          <p className="strong">The run failed</p>
          <p>{report.error}</p>
          {report.graded > 0 && <p className="small">What was graded until then is shown below; it is not a verdict.</p>}
        </Notice>
      )}
      {report.state === "cancelled" && <Notice>Cancelled after {plural(report.graded, "score")}. What is shown below is part of a sample, and no verdict.</Notice>}
      {!report.partial && <Verdict report={report} />}
      <Stale report={report} newest={newest} />
      {report.graded > 0 && (
        <>
          <div className="report-grid">
            <section aria-label="Scores">
              <h3>Scores{report.partial ? " so far" : ""}</h3>
              <Scores report={report} pick={(bin) => url.replace({ tab: "samples", score: binFilter(bin) })} />
            </section>
            <Diagnosis report={report} />
          </div>
          <Metrics report={report} />
          {report.signal && <Signal signal={report.signal} />}
          <Topics report={report} />
          {!report.partial && <Examples report={report} />}
        </>
      )}
    </>
  );
}

function Running({ report }: { report: DryRunReport }) {
  const here = useHere();
  const written = useWritten(here.id);
  const [busy, setBusy] = useState(false);
  const cancel = () => {
    setBusy(true);
    write("POST", `/datasets/${here.id}/runs/${report.id}/cancel`, { reason: "cancelled by a person" })
      .then(written)
      .catch(tellProblem)
      .finally(() => setBusy(false));
  };
  const { done, total, stage } = report.progress;
  return (
    <section className="running" aria-label="Progress">
      <div className="row">
        <b className="grow num">
          {total > 0 ? `${count(done)} of ${count(total)}` : "Starting"} {stage && <span className="muted">· {stage}</span>}
        </b>
        <span className="muted num small">
          {plural(report.answered, "answer")} · {plural(report.graded, "score")}
          {report.mean !== null && ` · mean ${fixed2(report.mean)}`}
        </span>
        <Guarded className="small" reasons={here.readOnly} busy={busy} icon={<OctagonX size={14} aria-hidden />} onClick={cancel}>
          Cancel
        </Guarded>
      </div>
      <progress max={Math.max(1, total)} value={total > 0 ? done : undefined} aria-label="Progress of the dry run" />
      {report.state === "parked" && <Notice tone="warn">{report.error}</Notice>}
    </section>
  );
}

function Verdict({ report }: { report: DryRunReport }) {
  const verdict = report.verdict ?? "NO-GO";
  const { parameters: asked, spent } = report;
  const took = report.started_at && report.ended_at ? duration(Date.parse(report.ended_at) - Date.parse(report.started_at)) : null;
  return (
    <section className="verdict" data-tone={verdictTone[verdict]} aria-label="Verdict">
      <p className="verdict-word">{verdict}</p>
      <div className="stack">
        <p className="verdict-why">{report.cause_of_verdict ? `${sentence(report.cause_of_verdict)}.` : verdictSays[verdict]}</p>
        <dl className="facts-row num">
          <div>
            <dt>Mean score</dt>
            <dd>{report.mean === null ? "–" : fixed2(report.mean)}</dd>
          </div>
          <div>
            <dt>Sample</dt>
            <dd>
              {count(report.sampled)} of {count(report.candidates)}
            </dd>
          </div>
          <div>
            <dt>Answers</dt>
            <dd>{report.regrade_of ? `of ${report.regrade_of}` : asked.answers === "model" ? `${asked.model}${asked.k > 1 ? `, ${asked.k} each` : ""}` : "recorded"}</dd>
          </div>
          <div>
            <dt>Grader</dt>
            <dd>
              version {report.grader_version} <span className="muted">{report.grader_title.replace(/^Type: /, "")}</span>
            </dd>
          </div>
          {took && (
            <div>
              <dt>Took</dt>
              <dd>{took}</dd>
            </div>
          )}
          {spent.input_tokens + spent.output_tokens > 0 && (
            <div>
              <dt>Spent</dt>
              <dd>
                {count(spent.input_tokens + spent.output_tokens)} tokens{spent.cost_usd > 0 && `, $${spent.cost_usd.toFixed(spent.cost_usd < 0.1 ? 4 : 2)}`}
              </dd>
            </div>
          )}
        </dl>
        {report.without_answer + report.missing > 0 && (
          <p className="small muted num">
            {report.without_answer > 0 && `${plural(report.without_answer, "valid record")} had no recorded answer and ${report.without_answer === 1 ? "was" : "were"} left out. `}
            {report.missing > 0 && `For ${count(report.missing)} nothing to grade came.`}
          </p>
        )}
      </div>
    </section>
  );
}

function Stale({ report, newest }: { report: DryRunReport; newest: number }) {
  const here = useHere();
  const url = useUrl();
  const written = useWritten(here.id);
  const [busy, setBusy] = useState(false);
  const moved = !report.partial && graderMovedOn(report, newest);
  if (report.stale.length === 0 && !moved) return null;
  const regrade = () => {
    setBusy(true);
    write<DryRunStarted>("POST", `/datasets/${here.id}/dry-runs/${report.id}/regrade`, {})
      .then(async (answer) => {
        await written(answer);
        url.replace({ run: answer.data.run });
      })
      .catch(tellProblem)
      .finally(() => setBusy(false));
  };
  return (
    <Notice tone="warn">
      <p>
        Stale:{" "}
        {report.stale.length === 0
          ? `the grader is version ${newest} now`
          : report.stale.map((one, i) => (
              <span key={one.position}>
                {i > 0 && ", "}
                {one.because} at{" "}
                <button type="button" className="button link" onClick={() => here.open("event", { event: one.position })}>
                  event {count(one.position)}
                </button>
              </span>
            ))}
        .
      </p>
      {moved && (
        <div className="row">
          <Guarded className="small" reasons={here.readOnly} busy={busy} onClick={regrade}>
            Grade these answers with version {newest}
          </Guarded>
          <span className="small muted">No model is asked for an answer again.</span>
        </div>
      )}
    </Notice>
  );
}

// Where a value lies in the bands of its metric.
function Band({ row }: { row: MetricRow }) {
  const { metric, top } = row;
  const at = (value: number) => `${(100 * Math.min(Math.max(value, 0), top)) / top}%`;
  const low = Math.min(metric.no_go, metric.go);
  const high = Math.max(metric.no_go, metric.go);
  const upward = row.id !== "unscored";
  return (
    <span className="band" aria-hidden>
      <span className={upward ? "band-part bad" : "band-part ok"} style={{ left: 0, width: at(low) }} />
      {high > low && <span className="band-part warn" style={{ left: at(low), width: at(high - low) }} />}
      <span className={upward ? "band-part ok" : "band-part bad"} style={{ left: at(high), right: 0 }} />
      <span className="band-mark" style={{ left: at(metric.value) }} />
    </span>
  );
}

function Metrics({ report }: { report: DryRunReport }) {
  const rows = metricRows(report);
  return (
    <section aria-label="Metrics">
      <h3>What the verdict rests on</h3>
      <div className="table-box" tabIndex={0} role="group" aria-label="Table of metrics">
        <table className="data num">
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col" className="right">Value</th>
              <th scope="col">95 % interval</th>
              <th scope="col" className="band-cell">Band</th>
              <th scope="col">GO</th>
              <th scope="col">CAUTION</th>
              <th scope="col">NO-GO</th>
              <th scope="col">Says</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <th scope="row">{row.name}</th>
                <td className="right strong">{row.value}</td>
                <td className="muted">{row.interval ?? "–"}</td>
                <td className="band-cell">
                  <Band row={row} />
                </td>
                <td className="muted">{row.go}</td>
                <td className="muted">{row.caution}</td>
                <td className="muted">{row.noGo}</td>
                <td>
                  <span className="chip" data-tone={verdictTone[row.metric.verdict]}>
                    {row.metric.verdict}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="small muted">The verdict is the worst of them; on a border it is CAUTION. Answers without a score are left out of the first three.</p>
    </section>
  );
}

function Diagnosis({ report }: { report: DryRunReport }) {
  const here = useHere();
  const { diagnosis, advice } = report;
  return (
    <section className="diagnosis" aria-label="Diagnosis">
      <h3>{report.partial ? "So far" : "What to do"}</h3>
      <p className="row top">
        {diagnosis.fix_first === "nothing" ? <CircleCheck size={16} className="ok flat" aria-hidden /> : <Lightbulb size={16} className="warn flat" aria-hidden />}
        <span>{diagnosis.summary}</span>
      </p>
      <ul className="stack">
        {diagnosis.findings.map((one) => (
          <li key={one.code} className="finding">
            <span className="chip" data-tone={one.side === "grader" ? "accent" : "warn"}>
              {words(one.side)}
            </span>
            <span className="small">{sentence(one.message)}</span>
          </li>
        ))}
        {advice.map((one) => (
          <li key={one.code + (one.topic ?? "")} className="finding">
            <span className="chip">Advice</span>
            <span className="small">
              {sentence(one.message)}{" "}
              {one.topic && (
                <button type="button" className="button link small" onClick={() => here.open("records", { ...noFilter, topic: one.topic })}>
                  its records
                </button>
              )}
            </span>
          </li>
        ))}
      </ul>
      {diagnosis.findings.length + advice.length > 0 && <p className="small muted">Advice does not change the verdict.</p>}
      <div className="row wrap">
        {diagnosis.fix_first !== "data" && diagnosis.fix_first !== "nothing" && (
          <Button className="small" onClick={() => here.open("grader", noFilter)}>
            Adjust grader
          </Button>
        )}
        {diagnosis.fix_first !== "grader" && diagnosis.fix_first !== "nothing" && (
          <Button className="small" onClick={() => here.open("records", { ...noFilter, score: "lt0.1" })}>
            Records under 0.1
          </Button>
        )}
      </div>
    </section>
  );
}

function Signal({ signal }: { signal: NonNullable<DryRunReport["signal"]> }) {
  const pass = signal.pass_at;
  return (
    <section aria-label="Signal">
      <h3>Signal within a prompt</h3>
      <dl className="facts-row num">
        <div>
          <dt>Prompts, answers each</dt>
          <dd>
            {count(signal.prompts)} × {signal.k}
          </dd>
        </div>
        <div>
          <dt>Std within a prompt</dt>
          <dd>{fixed2(signal.within_std)}</dd>
        </div>
        <div>
          <dt>No gradient (all the same)</dt>
          <dd>{percent1(100 * signal.zero_variance)}</dd>
        </div>
        <div>
          <dt>Learnable</dt>
          <dd>{percent1(100 * signal.learnable)}</dd>
        </div>
        {pass.length > 0 && (
          <div>
            <dt>pass@1{pass.length > 1 && ` to pass@${pass.length}`}</dt>
            <dd>
              {percent1(100 * pass[0])}
              {pass.length > 1 && ` to ${percent1(100 * pass[pass.length - 1])}`}
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function Topics({ report }: { report: DryRunReport }) {
  const url = useUrl();
  const topics = [...report.by_topic].sort((a, b) => (a.statistics.mean ?? 2) - (b.statistics.mean ?? 2));
  if (topics.length === 0) return null;
  return (
    <section aria-label="By topic">
      <h3>By topic</h3>
      <ul className="topic-scores num">
        {topics.map(({ topic, name, statistics, mean_interval: interval }) => (
          <li key={topic ?? "none"}>
            <button type="button" className="topic-score" onClick={() => url.replace({ tab: "samples", topic: topic ?? "none", score: null })} disabled={topic === null}>
              <span className="clip strong">{name ?? "Uncategorized"}</span>
              <span className="interval" role="img" aria-label={statistics.mean === null ? "no score" : `mean ${fixed2(statistics.mean)}, between ${fixed2(interval.low)} and ${fixed2(interval.high)}`}>
                {statistics.mean !== null && (
                  <>
                    <span className="interval-bar" style={{ width: `${100 * statistics.mean}%` }} data-low={statistics.mean < 0.15 || undefined} />
                    <span className="interval-range" style={{ left: `${100 * interval.low}%`, width: `${100 * (interval.high - interval.low)}%` }} />
                  </>
                )}
              </span>
              <b className="right">{statistics.mean === null ? "–" : fixed2(statistics.mean)}</b>
              <span className="muted small right">{statistics.std === null ? "" : `std ${fixed2(statistics.std)}`}</span>
              <span className="muted small right">
                {count(statistics.scored)}
                {statistics.unscored > 0 && ` + ${count(statistics.unscored)} unscored`}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

type Which = "lowest" | "highest" | "nearest_to_mean";

function Examples({ report }: { report: DryRunReport }) {
  const here = useHere();
  const [which, setWhich] = useState<Which>("lowest");
  const wanted = report.diagnosis[which];
  const scores = wanted.flatMap((one) => one.score ?? []);
  const query =
    which === "lowest" ? { sort: "score", scored: true, limit: 5 } : which === "highest" ? { sort: "-score", scored: true, limit: 5 } : { score_gte: Math.min(...scores) - 1e-9, score_lt: Math.max(...scores) + 1e-9, limit: 500 };
  const samples = useSamples(here.id, here.at, report.id, query, scores.length > 0);
  const names = new Map(report.by_topic.map((one) => [one.topic, one.name ?? undefined]));
  const indexes = new Set(wanted.map((one) => one.sample));
  const shown = (samples.data?.items ?? []).filter((one) => which !== "nearest_to_mean" || indexes.has(one.index));
  const titles: [Which, string][] = [
    ["lowest", "Lowest five"],
    ["highest", "Highest five"],
    ["nearest_to_mean", "Nearest to the mean"],
  ];
  return (
    <section aria-label="Examples" className="examples">
      <div className="row wrap">
        <h3 className="grow">Read some of them</h3>
        <div className="segments" role="radiogroup" aria-label="Which samples">
          {titles.map(([id, name]) => (
            <label key={id} data-on={which === id || undefined}>
              <input type="radio" name="which-samples" className="unseen" checked={which === id} onChange={() => setWhich(id)} />
              {name}
            </label>
          ))}
        </div>
      </div>
      <ul className="answers">
        {shown.map((sample) => (
          <Answer key={sample.index} sample={sample} topic={names.get(sample.topic)} open={() => here.open("records", { ...noFilter, record: sample.record })} />
        ))}
      </ul>
    </section>
  );
}

