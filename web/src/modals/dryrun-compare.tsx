// A dry run against an earlier one, by the records that both have graded.
import { useComparison, useDryRun } from "@/api/grading";
import type { DryRun, DryRunComparison, DryRunReport, Statistics } from "@/api/types";
import { Scores } from "@/grading/histogram";
import { useHere } from "@/screens/here";
import { count, fixed2, percent1, plural } from "@/lib/format";
import { noFilter, useUrl } from "@/lib/url";
import { Bar, Empty, Loading, Notice, ProblemNotice } from "@/ui/parts";

const signed = (value: number, show: (size: number) => string) => (value > 0 ? "+" : value < 0 ? "−" : "±") + show(Math.abs(value));

export function CompareRuns({ report, runs, name }: { report: DryRunReport; runs: DryRun[]; name: (run: DryRun) => string }) {
  const here = useHere();
  const url = useUrl();
  const others = runs.filter((run) => run.id !== report.id && run.graded > 0);
  const older = others.find((run) => run.position < report.position);
  const other = others.find((run) => run.id === url.get("with")) ?? older ?? others[0];
  const compared = useComparison(here.id, here.at, other?.id ?? null, report.id);
  const before = useDryRun(here.id, here.at, other?.id ?? null);
  if (!other) return <Empty title="There is no other run yet"><p>Change the grader and run again, then the two stand side by side here.</p></Empty>;
  return (
    <>
      <label className="row wrap small">
        {report.id} against
        <select className="select small run-pick" value={other.id} onChange={(event) => url.replace({ with: event.target.value })}>
          {others.map((run) => (
            <option key={run.id} value={run.id}>
              {name(run)}
            </option>
          ))}
        </select>
      </label>
      {compared.isError && <ProblemNotice error={compared.error} retry={() => void compared.refetch()} />}
      {compared.isPending && <Loading lines={6} />}
      {compared.data && <Compared told={compared.data} />}
      {before.data && (
        <section aria-label="Scores of both">
          <h3>Scores</h3>
          <p className="row small muted series-key">
            <span data-series="1">{report.id}</span>
            <span data-series="2">{other.id}</span>
          </p>
          <Scores report={report} other={{ bins: before.data.histogram, name: other.id, scored: before.data.statistics.scored }} />
        </section>
      )}
      {compared.data && (
        <div className="moved">
          <Moved title="Better by most" rows={compared.data.most_improved} />
          <Moved title="Worse by most" rows={compared.data.most_worsened} />
        </div>
      )}
    </>
  );
}

function Compared({ told }: { told: DryRunComparison }) {
  const rows: [string, keyof Statistics, (value: number) => string][] = [
    ["Mean", "mean", fixed2],
    ["Standard deviation", "std", fixed2],
    ["Median", "median", fixed2],
    ["Scoring above 0", "above_zero", (value) => percent1(100 * value)],
    ["Scoring 1", "equal_one", (value) => percent1(100 * value)],
    ["Scored", "scored", count],
    ["Without a score", "unscored", count],
  ];
  const difference = told.mean_difference;
  return (
    <>
      {difference === null || told.interval === null ? (
        <Notice>The two have no graded record in common.</Notice>
      ) : (
        <Notice tone={told.significant ? (difference > 0 ? "ok" : "warn") : "plain"}>
          <p className="num">
            <b>{signed(difference, fixed2)}</b> on average over {plural(told.matched, "record")} that both have graded (95 %: {signed(told.interval.low, fixed2)} to {signed(told.interval.high, fixed2)}).{" "}
            {told.significant ? "More than chance." : "This may be chance."}
          </p>
        </Notice>
      )}
      <div className="compare-grid">
        <table className="data num">
          <thead>
            <tr>
              <th scope="col">Figure</th>
              <th scope="col" className="right">{told.a}</th>
              <th scope="col" className="right">{told.b}</th>
              <th scope="col" className="right">Change</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([title, field, show]) => {
              const a = told.before[field];
              const b = told.after[field];
              return (
                <tr key={field}>
                  <th scope="row">{title}</th>
                  <td className="right">{a === null ? "–" : show(a)}</td>
                  <td className="right">{b === null ? "–" : show(b)}</td>
                  <td className="right">{a === null || b === null ? "–" : signed(b - a, show)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
        <div className="stack">
          <h3>Record by record</h3>
          <Bar
            label={`${told.improved} better, ${told.unchanged} the same, ${told.worsened} worse`}
            parts={[
              { name: "better", value: told.improved, color: "var(--ok)" },
              { name: "same", value: told.unchanged, color: "var(--control)" },
              { name: "worse", value: told.worsened, color: "var(--bad)" },
            ]}
          />
          <dl className="facts-row num">
            <div>
              <dt>Better</dt>
              <dd className="ok">{count(told.improved)}</dd>
            </div>
            <div>
              <dt>The same</dt>
              <dd>{count(told.unchanged)}</dd>
            </div>
            <div>
              <dt>Worse</dt>
              <dd className="bad">{count(told.worsened)}</dd>
            </div>
            <div>
              <dt>Only in one</dt>
              <dd>{count(told.only_a + told.only_b)}</dd>
            </div>
          </dl>
        </div>
      </div>
    </>
  );
}

function Moved({ title, rows }: { title: string; rows: DryRunComparison["most_improved"] }) {
  const here = useHere();
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {rows.length === 0 && <p className="muted small">None.</p>}
      <ul className="num">
        {rows.map((one) => (
          <li key={one.record} className="row small">
            <button type="button" className="button link mono" onClick={() => here.open("records", { ...noFilter, record: one.record })}>
              {one.record}
            </button>
            <span className="grow" />
            {fixed2(one.before)} → <b>{fixed2(one.after)}</b>
            <span className={one.after > one.before ? "ok" : "bad"}>{signed(one.after - one.before, fixed2)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
