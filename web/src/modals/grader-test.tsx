// The grader tried on a few records, before anything is kept.
import { Dices, Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { write } from "@/api/client";
import { useModels } from "@/api/grading";
import { useTopics } from "@/api/queries";
import type { GraderTested } from "@/api/types";
import { Answer } from "@/grading/answer";
import { ModelSelect } from "@/grading/models";
import { useHere } from "@/screens/here";
import { duration, fixed2, plural } from "@/lib/format";
import type { GraderObject } from "@/lib/grader";
import { namesById } from "@/lib/topics";
import { noFilter, useUrl } from "@/lib/url";
import { Button, Empty, Field, Guarded, Loading, ProblemNotice } from "@/ui/parts";

const size = 5;

export function GraderTest({ grader, unsaved }: { grader: GraderObject | string; unsaved: boolean }) {
  const here = useHere();
  const url = useUrl();
  const topics = useTopics(here.id, here.at);
  const models = useModels();
  const names = namesById(topics.data?.topics ?? []);
  const [seed, setSeed] = useState("");
  const [records, setRecords] = useState("");
  const [model, setModel] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [tested, setTested] = useState<{ told: GraderTested; grader: string; took: number } | null>(null);
  const chosen = records.split(/[\s,]+/).filter((one) => one !== "");
  const asks = typeof grader !== "string" && /"model"\s*:/.test(JSON.stringify(grader));

  const run = async (withSeed: string) => {
    setBusy(true);
    setError(null);
    const began = performance.now();
    try {
      const body = { grader, ...(chosen.length > 0 ? { records: chosen } : { size }), seed: withSeed === "" ? undefined : Number(withSeed), answers: model ? "model" : "recorded", model: model || undefined };
      const { data } = await write<GraderTested>("POST", `/datasets/${here.id}/grader/test`, body);
      setTested({ told: data, grader: JSON.stringify(grader), took: performance.now() - began });
      setSeed(String(data.seed));
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  // "Test sample" was pressed: run at once where that costs nothing.
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || url.get("tab") !== "test" || !here.live || unsaved || asks) return;
    begun.current = true;
    void run("");
  }); // eslint-disable-line react-hooks/exhaustive-deps

  const wrong = typeof grader === "string" ? [{ reason: grader }] : [];
  const empty = here.canvas.health.valid === 0 ? [{ reason: "There is no valid record", fix: "import records", go: () => here.open("import", noFilter) }] : [];
  const reasons = [...here.readOnly, ...empty, ...wrong];
  const outdated = tested !== null && tested.grader !== JSON.stringify(grader);
  return (
    <section className="grader-test" aria-label="Test">
      <header className="stack">
        <div className="row wrap">
          <h3 className="grow">Test on {chosen.length > 0 ? plural(chosen.length, "record") : `${size} records`}</h3>
          <Guarded className="small" reasons={reasons} disabled={busy || chosen.length > 0} icon={<Dices size={14} aria-hidden />} onClick={() => void run(String(Math.floor(Math.random() * 1_000_000)))}>
            Other records
          </Guarded>
          <Guarded className="small primary" reasons={reasons} busy={busy} icon={<Play size={14} aria-hidden />} onClick={() => void run(seed)}>
            Run test
          </Guarded>
        </div>
        <div className="test-fields">
          <Field label="Seed">
            {(ids) => <input {...ids} className="input small num" inputMode="numeric" placeholder="any" disabled={chosen.length > 0} value={seed} onChange={(event) => setSeed(event.target.value.replaceAll(/\D/g, ""))} />}
          </Field>
          <Field label="Or these records">
            {(ids) => <input {...ids} className="input small mono" placeholder="r8, r14" value={records} onChange={(event) => setRecords(event.target.value)} />}
          </Field>
          <Field label="Answers">{(ids) => (models.data?.items.length ? <ModelSelect ids={ids} value={model} change={setModel} empty="As recorded" /> : <input {...ids} className="input small" value="As recorded" readOnly />)}</Field>
        </div>
      </header>
      {error !== null && <ProblemNotice error={error} />}
      {busy && !tested && <Loading lines={size} what="Grading" />}
      {!tested && !busy && error === null && (
        <Empty title={`Try it on ${size} records`}>
          <p>A test shows answers beside their scores, so that you see what the grader rewards. What fails gives no score, never a 0. Nothing of a test is kept.</p>
        </Empty>
      )}
      {tested && (
        <>
          <p className="test-sum num" role="status" data-old={outdated || busy || undefined}>
            <Figure name="mean" value={tested.told.statistics.mean} />
            <Figure name="std" value={tested.told.statistics.std} />
            <Figure name="min" value={tested.told.statistics.min} />
            <Figure name="max" value={tested.told.statistics.max} />
            <span className="grow muted small">
              {tested.told.statistics.unscored > 0 && <b className="bad">{plural(tested.told.statistics.unscored, "error")} · </b>}
              seed {tested.told.seed} · {duration(tested.took)}
              {outdated && " · of an earlier text"}
            </span>
            {chosen.length === 0 && (
              <Button className="link small" onClick={() => setRecords(tested.told.samples.map((one) => one.record).join(", "))}>
                Keep these
              </Button>
            )}
          </p>
          {tested.told.samples.length === 0 && <p className="muted">No record was there to grade.</p>}
          <ul className="answers" data-old={outdated || busy || undefined}>
            {tested.told.samples.map((sample) => (
              <Answer key={sample.record} sample={sample} topic={sample.topic ? names.get(sample.topic) : undefined} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Figure({ name, value }: { name: string; value: number | null }) {
  return (
    <span>
      <span className="muted small">{name}</span> <b>{value === null ? "–" : fixed2(value)}</b>
    </span>
  );
}
