// How evenly records spread over the topics, against what is wanted, now or compared with an earlier moment.
import { useState } from "react";
import { write } from "@/api/client";
import { useCoverage, useWritten } from "@/api/queries";
import type { Coverage, TopicCoverage } from "@/api/types";
import { useHere, useMoment } from "@/screens/here";
import { count, fixed2, percent1, plural, points, words } from "@/lib/format";
import { noFilter, useUrl } from "@/lib/url";
import { Modal } from "@/ui/modal";
import { Button, Empty, Guarded, Loading, Notice, ProblemNotice } from "@/ui/parts";
import { tell } from "@/ui/toasts";

export default function CoverageModal() {
  const here = useHere();
  const url = useUrl();
  const coverage = useCoverage(here.id, here.at);
  const vs = url.get("vs");
  const before = useCoverage(here.id, vs, vs !== null);
  const [editing, setEditing] = useState(false);
  const gapsOnly = url.get("tab") === "gaps";
  const table = url.get("tab") === "table";
  const data = coverage.data;
  const show = (tab: string | null) => url.replace({ tab });
  const card = here.canvas.steps.find((one) => one.step === "coverage");
  return (
    <Modal
      title="Coverage"
      size="large"
      close={here.close}
      dirty={editing}
      tabs={
        <div className="tabs" role="tablist" aria-label="Coverage">
          {[
            [null, "Distribution"],
            ["gaps", "Gaps"],
            ["table", "Data table"],
          ].map(([id, name]) => (
            <button key={name} type="button" role="tab" id={`coverage-tab-${id ?? "all"}`} aria-controls="coverage-part" aria-selected={(url.get("tab") ?? null) === id} className="tab" onClick={() => show(id)}>
              {name}
            </button>
          ))}
        </div>
      }
      foot={
        <>
          <span className="grow">
            Targets: {data?.targets === "custom" ? "set per topic" : "the same for each topic"}
          </span>
          {!editing && data && data.topics.length > 0 && (
            <Guarded reasons={here.readOnly} onClick={() => setEditing(true)}>
              Edit targets
            </Guarded>
          )}
          {card && !card.skipped && card.state === "attention" && (
            <Guarded reasons={here.readOnly} onClick={() => here.open("skip")}>
              Skip…
            </Guarded>
          )}
          <Guarded className="primary" reasons={here.readOnly} onClick={() => here.open("generate", { ...noFilter, vs: null, tab: "new" })}>
            Generate for gaps
          </Guarded>
        </>
      }
    >
      <div id="coverage-part" role="tabpanel" aria-labelledby={`coverage-tab-${url.get("tab") ?? "all"}`} className="stack loose">
        {coverage.isError && <ProblemNotice error={coverage.error} retry={() => void coverage.refetch()} />}
        {!data && !coverage.isError && <Loading lines={6} />}
        {data && data.topics.length === 0 && (
          <Empty title="Nothing to measure yet">
            <p>Coverage counts categorized records for each topic. Define topics first.</p>
            <Button className="primary" onClick={() => here.open("topics")}>
              Define topics
            </Button>
          </Empty>
        )}
        {data && data.topics.length > 0 && (
          <>
            <Summary data={data} before={vs === null ? undefined : before.data} vs={vs} />
            {editing ? (
              <Targets data={data} done={() => setEditing(false)} />
            ) : table ? (
              <Table data={data} />
            ) : (
              <Bars data={data} before={vs === null ? undefined : before.data} only={gapsOnly ? (topic) => topic.status === "under" : undefined} />
            )}
            {!editing && !table && <Compare />}
          </>
        )}
      </div>
    </Modal>
  );
}

function Summary({ data, before, vs }: { data: Coverage; before: Coverage | undefined; vs: string | null }) {
  const gaps = data.topics.filter((topic) => topic.status === "under");
  const least = [...data.topics].sort((a, b) => a.records - b.records)[0];
  const most = [...data.topics].sort((a, b) => b.records - a.records)[0];
  return (
    <section className="coverage-top" aria-label="Balance">
      <div className="balance" data-band={data.band}>
        <span className="tag">Balance</span>
        <span className="balance-number num">{fixed2(data.balance)}</span>
        <span className="chip" data-tone={data.band === "good" ? "ok" : data.band === "poor" ? "bad" : "warn"}>
          {data.tier}
        </span>
        {before && vs && (
          <span className="small muted num">
            {fixed2(before.balance)} at event {vs}
          </span>
        )}
      </div>
      <div className="stack coverage-facts">
        <Scale value={data.balance} floor={data.noise_floor} />
        <p className="small muted">
          Smallest over largest topic: {least.name} has {count(least.records)}, {most.name} has {count(most.records)}. Even sampling of {count(data.categorized)} records would give about {fixed2(data.noise_floor)}.
        </p>
        <dl className="facts-row num">
          <div>
            <dt>Categorized</dt>
            <dd>{count(data.categorized)}</dd>
          </div>
          <div>
            <dt>Uncategorized</dt>
            <dd>{count(data.uncategorized)}</dd>
          </div>
          <div>
            <dt>Topics in effect</dt>
            <dd>
              {fixed2(data.effective_topics)} of {data.topics.length}
            </dd>
          </div>
          <div>
            <dt>Entropy</dt>
            <dd>{fixed2(data.entropy)}</dd>
          </div>
          <div>
            <dt>Distance to target</dt>
            <dd>{percent1(100 * data.distance)}</dd>
          </div>
          <div>
            <dt>Gaps</dt>
            <dd>{gaps.length}</dd>
          </div>
        </dl>
      </div>
    </section>
  );
}

function Scale({ value, floor }: { value: number; floor: number }) {
  return (
    <svg className="scale" viewBox="0 0 400 26" role="img" aria-label={`Balance ${fixed2(value)}; under 0.3 is poor, over 0.6 is good`}>
      <rect className="band-poor" x="0" y="6" width="119" height="8" rx="2" />
      <rect className="band-attention" x="121" y="6" width="118" height="8" rx="2" />
      <rect className="band-good" x="241" y="6" width="159" height="8" rx="2" />
      <line className="scale-floor" x1={400 * floor} x2={400 * floor} y1="3" y2="17" />
      <path className="scale-mark" d={`M${Math.max(5, 400 * value)} 3 l5 -3 h-10 z m0 0 v12`} />
      <text x="120" y="25" textAnchor="middle">
        0.3
      </text>
      <text x="240" y="25" textAnchor="middle">
        0.6
      </text>
    </svg>
  );
}

function Bars({ data, before, only }: { data: Coverage; before: Coverage | undefined; only?: (topic: TopicCoverage) => boolean }) {
  const here = useHere();
  const topics = only ? data.topics.filter(only) : data.topics;
  const was = new Map(before?.topics.map((topic) => [topic.id, topic]));
  const top = Math.max(...data.topics.map((topic) => Math.max(topic.percent, topic.target_percent)), ...(before?.topics.map((topic) => topic.percent) ?? [0])) * 1.04;
  if (topics.length === 0) return <Notice tone="ok">No topic is more than 5 points under its target.</Notice>;
  return (
    <section aria-label="Topics">
      <ul className="cover-legend small muted" aria-label="What the colours mean">
        <li data-status="ok">within 5 points</li>
        <li data-status="under">under target</li>
        <li data-status="over">over target</li>
        <li data-status="target">target</li>
        {before && <li data-status="before">before</li>}
      </ul>
      <ul className="cover-bars">
        {topics.map((topic) => {
          const old = was.get(topic.id);
          return (
            <li key={topic.id}>
              <button type="button" className="cover-row" onClick={() => here.open("records", { ...noFilter, topic: topic.id })}>
                <span className="clip cover-name">{topic.name}</span>
                <span className="cover-track" role="img" aria-label={`${percent1(topic.percent)}, target ${percent1(topic.target_percent)}`}>
                  <span className="cover-bar" data-status={topic.status} style={{ width: `${(100 * topic.percent) / top}%` }} />
                  {old && <span className="cover-before" style={{ width: `${(100 * old.percent) / top}%` }} />}
                  <span className="cover-target" style={{ left: `${(100 * topic.target_percent) / top}%` }} />
                </span>
                <span className="num right">{percent1(topic.percent)}</span>
                <span className="num right muted">{count(topic.records)}</span>
                <span className="num right" data-status={topic.status}>
                  {topic.status === "ok" ? <span className="muted">{points(-topic.gap)}</span> : <span className="chip" data-tone={topic.status === "under" ? "warn" : "accent"}>{points(-topic.gap)} pt</span>}
                </span>
                <span className="small muted right">{topic.recommend > 0 ? `+${count(topic.recommend)} wanted` : ""}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Table({ data }: { data: Coverage }) {
  return (
    <table className="data num">
      <thead>
        <tr>
          <th scope="col">Topic</th>
          <th scope="col" className="right">Records</th>
          <th scope="col" className="right">Share</th>
          <th scope="col" className="right">Target</th>
          <th scope="col" className="right">To target, points</th>
          <th scope="col">Status</th>
          <th scope="col" className="right">Recommended</th>
        </tr>
      </thead>
      <tbody>
        {data.topics.map((topic) => (
          <tr key={topic.id}>
            <th scope="row">{topic.name}</th>
            <td className="right">{count(topic.records)}</td>
            <td className="right">{percent1(topic.percent)}</td>
            <td className="right">{percent1(topic.target_percent)}</td>
            <td className="right">{points(-topic.gap)}</td>
            <td>{topic.status === "ok" ? "OK" : words(topic.status)}</td>
            <td className="right">{count(topic.recommend)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Compare() {
  const { head } = useMoment();
  const url = useUrl();
  const [text, setText] = useState(url.get("vs") ?? "");
  return (
    <form className="row small" onSubmit={(event) => { event.preventDefault(); url.replace({ vs: text }); }}>
      <label htmlFor="coverage-vs">Compare with event</label>
      <input id="coverage-vs" className="input small num narrow" inputMode="numeric" value={text} onChange={(event) => setText(event.target.value.replaceAll(/\D/g, ""))} placeholder={`1–${head}`} />
      <Button className="small" type="submit">
        Compare
      </Button>
      {url.get("vs") && (
        <Button className="small quiet" onClick={() => { setText(""); url.replace({ vs: null }); }}>
          Clear
        </Button>
      )}
    </form>
  );
}

function Targets({ data, done }: { data: Coverage; done: () => void }) {
  const here = useHere();
  const written = useWritten(here.id);
  const [values, setValues] = useState<Record<string, string>>(() => Object.fromEntries(data.topics.map((topic) => [topic.id, String(Math.round(topic.target_percent * 100) / 100)])));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const sum = Object.values(values).reduce((all, text) => all + (Number(text) || 0), 0);
  const good = Math.abs(sum - 100) < 0.05;
  const spread = (share: (topic: TopicCoverage) => number) => {
    const rounded = data.topics.map((topic) => Math.round(share(topic) * 100) / 100);
    rounded[0] = Math.round((rounded[0] + 100 - rounded.reduce((all, one) => all + one, 0)) * 100) / 100;
    setValues(Object.fromEntries(data.topics.map((topic, i) => [topic.id, String(rounded[i])])));
  };
  const save = async (targets: unknown) => {
    setBusy(true);
    setError(null);
    try {
      await written(await write("PUT", `/datasets/${here.id}/coverage/targets`, { targets }));
      tell("Targets saved", `${plural(data.topics.length, "topic")}.`);
      done();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const exact = () => {
    const numbers = Object.fromEntries(Object.entries(values).map(([id, text]) => [id, Number(text) || 0]));
    const largest = Object.keys(numbers).sort((a, b) => numbers[b] - numbers[a])[0];
    numbers[largest] += 100 - Object.values(numbers).reduce((all, one) => all + one, 0);
    return numbers;
  };
  return (
    <section className="stack" aria-label="Targets">
      <div className="row wrap">
        <Button className="small" onClick={() => void save("uniform")}>
          Even
        </Button>
        <Button className="small" onClick={() => spread((topic) => topic.percent)}>
          As it is
        </Button>
        <span className="grow" />
        <span className={`num ${good ? "muted" : "bad"}`} role="status">
          Sum: {percent1(sum)} {good ? "" : "(has to be 100 %)"}
        </span>
      </div>
      <ul className="targets">
        {data.topics.map((topic) => (
          <li key={topic.id} className="row">
            <label className="grow clip" htmlFor={`target-${topic.id}`}>
              {topic.name} <span className="muted num">now {percent1(topic.percent)}</span>
            </label>
            <input id={`target-${topic.id}`} className="input small num narrow right" inputMode="decimal" value={values[topic.id]} onChange={(event) => setValues({ ...values, [topic.id]: event.target.value.replaceAll(/[^\d.]/g, "") })} /> %
          </li>
        ))}
      </ul>
      {error !== null && <ProblemNotice error={error} />}
      <div className="row">
        <Button className="primary" busy={busy} disabled={!good} onClick={() => void save(exact())}>
          Save targets
        </Button>
        <Button onClick={done}>Cancel</Button>
      </div>
    </section>
  );
}
