// Versions of the grader: who changed it, when, why; any two compared; one brought back as a new one.
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { type Answer, write } from "@/api/client";
import { useGraderDiff, useGraderVersions } from "@/api/grading";
import type { Grader, GraderVersion } from "@/api/types";
import { useHere } from "@/screens/here";
import { ago, fullTime } from "@/lib/format";
import { Empty, Guarded, Loading, ProblemNotice } from "@/ui/parts";
import { tellProblem } from "@/ui/toasts";

export function Versions({ current, restored }: { current: number; restored: (answer: Answer<Grader>) => Promise<void> }) {
  const here = useHere();
  const versions = useGraderVersions(here.id, here.at);
  const [pair, setPair] = useState<{ from: number; to: number } | null>(null);
  const items = versions.data?.items ?? [];
  const from = pair?.from ?? Math.max(1, current - 1);
  const to = pair?.to ?? current;
  const restore = (version: number) =>
    write<Grader>("PUT", `/datasets/${here.id}/grader`, { version, reason: `back to version ${version}` })
      .then(restored)
      .catch(tellProblem);
  if (versions.isError) return <div className="pad"><ProblemNotice error={versions.error} retry={() => void versions.refetch()} /></div>;
  if (!versions.data) return <div className="pad"><Loading lines={5} /></div>;
  if (items.length === 0) return <Empty title="No version yet"><p>The first one is made when the grader is saved.</p></Empty>;
  return (
    <div className="versions">
      <ul className="version-list" aria-label="Versions">
        {items.map((one) => (
          <li key={one.version} data-on={one.version === to || one.version === from || undefined}>
            <div className="row">
              <b className="num">Version {one.version}</b>
              {one.version === current && <span className="chip" data-tone="ok">counts</span>}
              <span className="grow" />
              <time className="muted small" title={fullTime(one.at)}>{ago(one.at)}</time>
            </div>
            <p className="small">{one.reason || <span className="muted">no reason given</span>}</p>
            <p className="small muted clip">
              {one.title} · by {one.by}
              {one.restores ? ` · same as version ${one.restores}` : ""}
            </p>
            <div className="row">
              {one.version > 1 && (
                <button type="button" className="button link small" onClick={() => setPair({ from: one.version - 1, to: one.version })}>
                  What it changed
                </button>
              )}
              {one.version !== current && (
                <button type="button" className="button link small" onClick={() => setPair({ from: one.version, to: current })}>
                  Against version {current}
                </button>
              )}
              <span className="grow" />
              {one.version !== current && (
                <Guarded className="small" reasons={here.readOnly} icon={<RotateCcw size={13} aria-hidden />} onClick={() => void restore(one.version)}>
                  Restore as {current + 1}
                </Guarded>
              )}
            </div>
          </li>
        ))}
      </ul>
      <section className="version-diff" aria-label="Difference">
        <div className="row wrap">
          <Pick label="From version" value={from} items={items} set={(version) => setPair({ from: version, to })} />
          <Pick label="to version" value={to} items={items} set={(version) => setPair({ from, to: version })} />
        </div>
        <Lines from={from} to={to} />
      </section>
    </div>
  );
}

function Pick({ label, value, items, set }: { label: string; value: number; items: GraderVersion[]; set: (version: number) => void }) {
  return (
    <label className="row small">
      {label}
      <select className="select small num" value={value} onChange={(event) => set(Number(event.target.value))}>
        {items.map((one) => (
          <option key={one.version}>{one.version}</option>
        ))}
      </select>
    </label>
  );
}

function Lines({ from, to }: { from: number; to: number }) {
  const here = useHere();
  const diff = useGraderDiff(here.id, here.at, from, to);
  if (diff.isError) return <ProblemNotice error={diff.error} retry={() => void diff.refetch()} />;
  if (!diff.data) return <Loading lines={6} />;
  return (
    <>
      <p className="small muted num">
        <b className="ok">+{diff.data.added}</b> <b className="bad">−{diff.data.removed}</b> {diff.data.added + diff.data.removed === 0 && "The two say the same."}
      </p>
      <pre className="diff-lines" tabIndex={0} aria-label={`Lines of version ${to} against version ${from}`}>
        {diff.data.lines.map((line, i) => (
          <span key={i} data-sign={line.sign}>
            <span className="diff-sign">{line.sign === " " ? " " : line.sign === "+" ? "+" : "−"}</span>
            {line.text}
            {"\n"}
          </span>
        ))}
      </pre>
    </>
  );
}
