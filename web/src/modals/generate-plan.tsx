// What to generate: for which topics or from which records, how; and what that will take, before anything is spent.
import { Sparkles } from "lucide-react";
import { useEffect, useState } from "react";
import { write } from "@/api/client";
import { useModels } from "@/api/grading";
import { useCoverage, useWritten } from "@/api/queries";
import type { Generation, GenerationPlan, GenerationStarted, TopicCoverage } from "@/api/types";
import { ModelSelect, NoModels } from "@/grading/models";
import "@/styles/grading.css";
import { useHere } from "@/screens/here";
import { count, fixed2, percent1, plural } from "@/lib/format";
import { useUrl } from "@/lib/url";
import { Field, Guarded, Loading, Notice, ProblemNotice } from "@/ui/parts";

const strategies: [string, string, string][] = [
  ["", "What fits the dataset", "Variations when most records have several turns, else examples."],
  ["few_shot", "From examples", "Shows the model records of the topic and asks for more of their kind."],
  ["message_variation", "Vary the last message", "Keeps each conversation and asks its last question in another way."],
  ["topic_description", "From the topic's description", "Nothing but the name, description and keywords of the topic."],
  ["scenario_expansion", "Expand scenarios", "Thinks up situations for the topic, then writes what is asked in them."],
  ["tool_chain", "Tool conversations", "Questions whose answer needs the tools of the records."],
];

const digits = (text: string) => text.replaceAll(/\D/g, "");
const decimal = (text: string) => text.replaceAll(/[^\d.]/g, "");
const orNone = (text: string) => (text === "" ? undefined : Number(text));

// Chosen to begin with: what coverage recommends more for, else what is under its target.
function wanting(topics: TopicCoverage[]): string[] {
  const recommended = topics.filter((one) => one.recommend > 0);
  return (recommended.length > 0 ? recommended : topics.filter((one) => one.status === "under")).map((one) => one.id);
}

export function PlanGeneration({ waiting, started }: { waiting: Generation | undefined; started: (run: string) => void }) {
  const here = useHere();
  const url = useUrl();
  const written = useWritten(here.id);
  const models = useModels();
  const coverage = useCoverage(here.id, here.at);
  const records = (url.get("from") ?? "").split(",").filter((one) => one !== "");
  const topics = coverage.data?.topics ?? [];
  const [picked, setPicked] = useState<string[] | null>(null);
  const [each, setEach] = useState("");
  const [strategy, setStrategy] = useState(records.length > 0 ? "message_variation" : "");
  const [model, setModel] = useState("");
  const [temperature, setTemperature] = useState("");
  const [share, setShare] = useState("");
  const [variations, setVariations] = useState("");
  const [least, setLeast] = useState("");
  const [most, setMost] = useState("");
  const [seed, setSeed] = useState("");
  const [plan, setPlan] = useState<GenerationPlan | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [planning, setPlanning] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const wantedTopics = picked ?? wanting(topics);
  const some = records.length > 0 || wantedTopics.length > 0;
  const needsCount = records.length === 0 && wantedTopics.some((id) => (topics.find((one) => one.id === id)?.recommend ?? 0) === 0);
  const body = {
    ...(records.length > 0 ? { records } : { topics: wantedTopics }),
    count: orNone(each) ?? (needsCount ? 20 : undefined),
    strategy: strategy === "" ? undefined : strategy,
    model: model === "" ? undefined : model,
    temperature: orNone(temperature),
    synthetic_share_max: share === "" ? undefined : Number(share) / 100,
    variations_per_record: orNone(variations),
    length_min: orNone(least),
    length_max: orNone(most),
    seed: orNone(seed),
  };
  const text = JSON.stringify(body);
  const ready = here.live && (models.data?.items.length ?? 0) > 0 && coverage.data !== undefined && some;

  useEffect(() => {
    if (!ready) return;
    let wanted = true;
    setPlanning(true);
    const timer = setTimeout(() => {
      write<GenerationPlan>("POST", `/datasets/${here.id}/generate`, body, { query: { preview: true } })
        .then(({ data }) => wanted && (setPlan(data), setProblem(null)))
        .catch((found: unknown) => wanted && (setPlan(null), setProblem(found)))
        .finally(() => wanted && setPlanning(false));
    }, 300);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [text, ready, here.id]); // eslint-disable-line react-hooks/exhaustive-deps

  const start = async () => {
    setBusy(true);
    setError(null);
    try {
      const answer = await write<GenerationStarted>("POST", `/datasets/${here.id}/generate`, body);
      await written(answer);
      started(answer.data.run);
    } catch (found) {
      setError(found);
      setBusy(false);
    }
  };
  const toggle = (id: string) => setPicked(wantedTopics.includes(id) ? wantedTopics.filter((one) => one !== id) : [...wantedTopics, id]);
  const chosen = strategies.find(([id]) => id === strategy)!;
  return (
    <div className="generate">
      <div className="generate-form">
        {waiting && (
          <Notice tone="warn">
            <p>
              {waiting.id} {waiting.review === "pending" ? `has ${plural(waiting.generated, "record")} that wait for review.` : "is still running."}{" "}
              <button type="button" className="button link" onClick={() => url.replace({ run: waiting.id, tab: null })}>
                Look at it
              </button>
            </p>
          </Notice>
        )}
        <NoModels what="Records are written by one." />
        {records.length > 0 ? (
          <section className="stack">
            <h3>From {plural(records.length, "record")}</h3>
            <p className="mono small records-from">{records.join(", ")}</p>
            <button type="button" className="button link small" onClick={() => url.replace({ from: null, tab: "new" })}>
              For topics instead
            </button>
          </section>
        ) : (
          <section className="stack">
            <h3>For topics</h3>
            {coverage.isError && <ProblemNotice error={coverage.error} retry={() => void coverage.refetch()} />}
            {!coverage.data && !coverage.isError && <Loading lines={4} />}
            {coverage.data && topics.length === 0 && <Notice>There are no topics yet: define them first, so that what is written lands where it is missing.</Notice>}
            <ul className="pick-topics num" aria-label="Topics">
              {[...topics].sort((a, b) => b.gap - a.gap).map((topic) => (
                <li key={topic.id}>
                  <label className="row">
                    <input type="checkbox" className="check" checked={wantedTopics.includes(topic.id)} onChange={() => toggle(topic.id)} />
                    <span className="grow clip">{topic.name}</span>
                    <span className="muted small">{count(topic.records)} now</span>
                    {topic.recommend > 0 ? (
                      <span className="chip" data-tone="warn">
                        {count(topic.recommend)} wanted
                      </span>
                    ) : (
                      <span className="muted small">{percent1(topic.percent)}</span>
                    )}
                  </label>
                </li>
              ))}
            </ul>
          </section>
        )}
        <div className="start-grid">
          <Field label={records.length > 0 ? "Records at most, for each topic" : "Records for each topic"} hint={needsCount && each === "" ? "Empty: 20, as coverage recommends none for some" : "Empty: as many as coverage recommends"}>
            {(ids) => <input {...ids} className="input num" inputMode="numeric" value={each} onChange={(event) => setEach(digits(event.target.value))} />}
          </Field>
          <Field label="Model">{(ids) => <ModelSelect ids={ids} value={model} change={setModel} empty={models.data?.items[0] ? `The first configured: ${models.data.items[0].model}` : "None is configured"} />}</Field>
        </div>
        <Field label="How" hint={chosen[2]}>
          {(ids) => (
            <select {...ids} className="select" value={strategy} onChange={(event) => setStrategy(event.target.value)}>
              {strategies.map(([id, name]) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <details>
          <summary>More settings</summary>
          <div className="start-grid pad-narrow">
            <Field label="Temperature">{(ids) => <input {...ids} className="input num" placeholder="0.7" inputMode="decimal" value={temperature} onChange={(event) => setTemperature(decimal(event.target.value))} />}</Field>
            <Field label="Synthetic at most, %">{(ids) => <input {...ids} className="input num" placeholder="30" inputMode="numeric" value={share} onChange={(event) => setShare(digits(event.target.value))} />}</Field>
            <Field label="Variations of a record">{(ids) => <input {...ids} className="input num" placeholder="3" inputMode="numeric" value={variations} onChange={(event) => setVariations(digits(event.target.value))} />}</Field>
            <Field label="Seed" hint="Empty: one is drawn, and kept">{(ids) => <input {...ids} className="input num" inputMode="numeric" value={seed} onChange={(event) => setSeed(digits(event.target.value))} />}</Field>
            <Field label="Shortest, characters">{(ids) => <input {...ids} className="input num" placeholder="20" inputMode="numeric" value={least} onChange={(event) => setLeast(digits(event.target.value))} />}</Field>
            <Field label="Longest, characters">{(ids) => <input {...ids} className="input num" placeholder="2,000" inputMode="numeric" value={most} onChange={(event) => setMost(digits(event.target.value))} />}</Field>
          </div>
        </details>
      </div>
      <aside className="generate-plan" aria-label="Plan" aria-busy={planning}>
        <h3>The plan</h3>
        {!some && <p className="muted">Choose at least one topic.</p>}
        {problem !== null && some && <ProblemNotice error={problem} />}
        {plan && some && <Plan plan={plan} />}
        {!plan && problem === null && ready && <Loading lines={5} />}
        {error !== null && <ProblemNotice error={error} />}
        <p className="small muted">What is written waits for your review. Nothing enters the dataset before.</p>
        <Guarded
          className="primary"
          busy={busy}
          icon={<Sparkles size={15} aria-hidden />}
          reasons={[...here.readOnly, ...(models.data && models.data.items.length === 0 ? [{ reason: "No language model is configured" }] : [])]}
          disabled={here.live && (!some || problem !== null || plan?.planned === 0 || planning)}
          onClick={() => void start()}
        >
          {plan && plan.planned > 0 ? `Generate ${count(plan.planned)}` : "Generate"}
        </Guarded>
      </aside>
    </div>
  );
}

function Plan({ plan }: { plan: GenerationPlan }) {
  const top = Math.max(1, ...plan.topics.map((one) => one.records + one.planned));
  return (
    <>
      <dl className="facts-row num">
        <div>
          <dt>Records</dt>
          <dd>{count(plan.planned)}</dd>
        </div>
        <div>
          <dt>Balance</dt>
          <dd>
            {fixed2(plan.balance_before)} → {fixed2(plan.balance_after)}
          </dd>
        </div>
        <div>
          <dt>Calls</dt>
          <dd>{count(plan.calls)}</dd>
        </div>
        <div>
          <dt>Tokens, about</dt>
          <dd>{count(plan.input_tokens + plan.output_tokens)}</dd>
        </div>
        <div>
          <dt>Cost, about</dt>
          <dd>{plan.cost_usd === null ? "no price configured" : `$${plan.cost_usd.toFixed(plan.cost_usd < 0.1 ? 4 : 2)}`}</dd>
        </div>
      </dl>
      <ul className="plan-topics num">
        {plan.topics.map((one) => (
          <li key={one.id ?? "none"}>
            <span className="row small">
              <span className="grow clip">{one.name ?? "Uncategorized"}</span>
              {count(one.records)} <b className="ok">+{count(one.planned)}</b>
              {one.planned < one.wanted && <span className="muted">of {count(one.wanted)}</span>}
            </span>
            <span className="plan-bar" aria-hidden>
              <span style={{ width: `${(100 * one.records) / top}%` }} />
              <span style={{ width: `${(100 * one.planned) / top}%` }} />
            </span>
          </li>
        ))}
      </ul>
      {plan.warnings.map((one) => (
        <Notice key={one} tone="warn">
          {one}
        </Notice>
      ))}
      <p className="small muted">
        By {plan.model}, {strategies.find(([id]) => id === plan.strategy)?.[1].toLowerCase()}.
      </p>
    </>
  );
}
