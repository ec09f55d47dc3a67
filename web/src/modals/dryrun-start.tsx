// Before a dry run: how many, which answers, which grader; what it will take.
import { Play } from "lucide-react";
import { useState } from "react";
import { write } from "@/api/client";
import { useGraderVersions, useModels } from "@/api/grading";
import { useRecordCount, useWritten } from "@/api/queries";
import type { DryRun, DryRunStarted } from "@/api/types";
import { NoModels } from "@/grading/models";
import { useHere } from "@/screens/here";
import { count, plural } from "@/lib/format";
import { Field, Guarded, Notice, ProblemNotice } from "@/ui/parts";

// What answers are graded: "recorded", "model:<id>" or "run:<id>" for those of an earlier run.
export function StartRun({ runs, grader, started }: { runs: DryRun[]; grader: number; started: (run: string) => void }) {
  const here = useHere();
  const written = useWritten(here.id);
  const models = useModels();
  const versions = useGraderVersions(here.id, here.at);
  const usable = useRecordCount(here.id, here.at, { valid: true, duplicate: false });
  const [size, setSize] = useState("300");
  const [all, setAll] = useState(false);
  const [answers, setAnswers] = useState("recorded");
  const [k, setK] = useState("1");
  const [temperature, setTemperature] = useState("");
  const [seed, setSeed] = useState("");
  const [version, setVersion] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [kind, which] = answers.split(/:(.*)/s);
  const there = usable.data?.total ?? 0;
  const measured = runs.find((run) => run.parameters.answers === "recorded" && run.candidates > 0);
  const candidates = kind === "recorded" && measured ? Math.min(there, measured.candidates) : there;
  const wanted = all ? candidates : Math.min(Number(size) || 0, candidates);
  const badSize = !all && kind !== "run" && (Number(size) < 100 || Number(size) > 500) ? (there < 100 ? null : "100 to 500") : null;
  const again = kind === "run" ? runs.find((run) => run.id === which) : undefined;

  const start = async () => {
    setBusy(true);
    setError(null);
    try {
      const grader_version = version === "" ? undefined : Number(version);
      const answer = again
        ? await write<DryRunStarted>("POST", `/datasets/${here.id}/dry-runs/${again.id}/regrade`, { grader_version })
        : await write<DryRunStarted>("POST", `/datasets/${here.id}/dry-runs`, {
            sample_size: all ? "all" : there < 100 ? undefined : Number(size),
            answers: kind,
            model: kind === "model" ? which : undefined,
            k: kind === "model" ? Number(k) || 1 : undefined,
            temperature: kind === "model" && temperature !== "" ? Number(temperature) : undefined,
            seed: seed === "" ? undefined : Number(seed),
            grader_version,
          });
      await written(answer);
      started(answer.data.run);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };

  const judge = versions.data?.items.find((one) => (version === "" ? one.version === grader : one.version === Number(version)));
  const asked = kind === "model" ? wanted * (Number(k) || 1) : 0;
  const graded = again ? again.answered : kind === "model" ? asked : wanted;
  return (
    <div className="start-run stack loose">
      <p className="muted">
        A sample, each topic by its share, is answered and graded. The scores say whether training can learn anything from this grader: GO, CAUTION or NO-GO.
      </p>
      <div className="start-grid">
        <Field label="Answers" hint={kind === "recorded" ? "Those that came with the records; nothing is asked and nothing costs." : kind === "model" ? "The model answers each prompt anew." : "Stored answers, graded again; no model is asked for an answer."}>
          {(ids) => (
            <select {...ids} className="select" value={answers} onChange={(event) => setAnswers(event.target.value)} data-autofocus>
              <option value="recorded">As recorded</option>
              {models.data && models.data.items.length === 0 && (
                <option value="model:">From a model (none is configured)</option>
              )}
              {models.data?.items.map((one) => (
                <option key={one.id} value={`model:${one.id}`}>
                  From {one.model} · {one.provider}
                </option>
              ))}
              {runs.filter((run) => run.answered > 0).map((run) => (
                <option key={run.id} value={`run:${run.id}`}>
                  Those of {run.id} again ({count(run.answered)})
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Grader" hint={judge?.title}>
          {(ids) => (
            <select {...ids} className="select" value={version} onChange={(event) => setVersion(event.target.value)}>
              <option value="">The newest, version {grader}</option>
              {versions.data?.items.filter((one) => one.version !== grader).map((one) => (
                <option key={one.version} value={one.version}>
                  Version {one.version}{one.reason ? `: ${one.reason}` : ""}
                </option>
              ))}
            </select>
          )}
        </Field>
        {!again && (
          <>
            <Field label="Sample size" wrong={badSize} hint={all ? "Every record that can be graded" : there < 100 ? `All ${plural(there, "record")} that can be graded` : "100 to 500"}>
              {(ids) => (
                <span className="row">
                  <input {...ids} className="input num" inputMode="numeric" value={all || there < 100 ? "" : size} placeholder={there < 100 ? count(there) : "all"} disabled={all || there < 100} onChange={(event) => setSize(event.target.value.replaceAll(/\D/g, ""))} />
                  <label className="row small">
                    <input type="checkbox" className="check" checked={all} onChange={(event) => setAll(event.target.checked)} />
                    All
                  </label>
                </span>
              )}
            </Field>
            <Field label="Seed" hint="Empty: one is drawn, and kept">
              {(ids) => <input {...ids} className="input num" inputMode="numeric" value={seed} onChange={(event) => setSeed(event.target.value.replaceAll(/\D/g, ""))} />}
            </Field>
          </>
        )}
        {kind === "model" && which !== "" && (
          <>
            <Field label="Answers for a prompt" hint="With 8, the signal that training would see is measured too">
              {(ids) => <input {...ids} className="input num" inputMode="numeric" value={k} onChange={(event) => setK(event.target.value.replaceAll(/\D/g, ""))} />}
            </Field>
            <Field label="Temperature" hint="Empty: the model's own">
              {(ids) => <input {...ids} className="input num" inputMode="decimal" value={temperature} onChange={(event) => setTemperature(event.target.value.replaceAll(/[^\d.]/g, ""))} />}
            </Field>
          </>
        )}
      </div>
      {kind === "model" && which === "" && <NoModels what="Answers from a model need one." />}
      <Notice tone="accent">
        <p className="num">
          {again ? `${plural(again.answered, "stored answer")} are graded again.` : `${count(wanted)} of ${plural(candidates, "record")} that can be used: valid, no duplicates${kind === "recorded" && measured ? ", with an answer" : ""}.`}{" "}
          {kind === "recorded" && measured && measured.without_answer > 0 && `${count(measured.without_answer)} have no recorded answer. `}
          {asked > 0 && `${plural(asked, "answer")} from ${which}. `}
          {judge && judge.models.length > 0 ? `${plural(graded, "call")} of ${judge.models.join(", ")} to judge them.` : "Grading asks no model."}
        </p>
      </Notice>
      {error !== null && <ProblemNotice error={error} />}
      <div className="row">
        <Guarded
          className="primary"
          busy={busy}
          icon={<Play size={15} aria-hidden />}
          reasons={[...here.readOnly, ...(answers === "model:" ? [{ reason: "No language model is configured" }] : []), ...(badSize ? [{ reason: "A sample has 100 to 500 records, or all" }] : [])]}
          onClick={() => void start()}
        >
          {again ? "Grade again" : "Run"}
        </Guarded>
      </div>
    </div>
  );
}
