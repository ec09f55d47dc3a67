// Three ways to topics: found in the records, from a template, or written by hand.
import { LayoutTemplate, PencilLine, Sparkles } from "lucide-react";
import { useState } from "react";
import { write } from "@/api/client";
import { useTemplates, useWritten } from "@/api/queries";
import type { Embedder, RunStarted, Topics } from "@/api/types";
import { useHere, useMoment } from "@/screens/here";
import { count, plural } from "@/lib/format";
import { Button, Field, Guarded, Notice, ProblemNotice } from "@/ui/parts";
import { tell } from "@/ui/toasts";

export function Methods({ topics, startManual }: { topics: Topics; startManual: () => void }) {
  const here = useHere();
  const { position } = useMoment();
  const written = useWritten(here.id);
  const [method, setMethod] = useState<"auto" | "template" | "manual">("auto");
  const [most, setMost] = useState("");
  const [least, setLeast] = useState("");
  const [depth, setDepth] = useState("");
  const [granularity, setGranularity] = useState(0);
  const [embedder, setEmbedder] = useState<Embedder | "">("");
  const [keep, setKeep] = useState(false);
  const [template, setTemplate] = useState("");
  const [understood, setUnderstood] = useState(false);
  const templates = useTemplates(method === "template");
  const chosen = templates.data?.items.find((one) => one.name === template);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const categorized = here.canvas.health.valid - topics.uncategorized;
  const replaces = topics.version > 0;
  const start = async () => {
    setBusy(true);
    setError(null);
    try {
      const body =
        method === "template"
          ? { method, template, assignments: replaces ? (keep ? "keep" : "clear") : undefined, confirm: understood }
          : { method, max_topics: most ? Number(most) : undefined, min_topics: least ? Number(least) : undefined, depth: depth ? Number(depth) : undefined, granularity: granularity || undefined, embedder: embedder || undefined, confirm: understood };
      await written(await write<RunStarted>("POST", `/datasets/${here.id}/topics/generate`, body));
      tell("Finding topics", "Records are sorted into them right after.");
      here.close();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const cards = [
    { id: "auto" as const, icon: <Sparkles size={20} aria-hidden />, name: "Find them in the records", text: "Clusters what people ask for and names each cluster. The same log always gives the same topics." },
    { id: "template" as const, icon: <LayoutTemplate size={20} aria-hidden />, name: "Use a template", text: "A ready list for an industry, to start from and edit." },
    { id: "manual" as const, icon: <PencilLine size={20} aria-hidden />, name: "Write them yourself", text: "Names, descriptions and keywords by hand; records are sorted into them." },
  ];
  return (
    <div className="methods stack loose">
      <div className="method-cards" role="radiogroup" aria-label="How to define topics">
        {cards.map((card) => (
          <label key={card.id} className="method" data-on={method === card.id || undefined}>
            <input type="radio" name="method" className="unseen" checked={method === card.id} onChange={() => setMethod(card.id)} />
            {card.icon}
            <b>{card.name}</b>
            <span className="muted small">{card.text}</span>
          </label>
        ))}
      </div>
      {method === "auto" && (
        <div className="row wrap top numbers">
          <Field label="At least" hint="Topics; empty: the data decides">
            {(ids) => <input {...ids} className="input" inputMode="numeric" value={least} onChange={(event) => setLeast(event.target.value.replaceAll(/\D/g, ""))} />}
          </Field>
          <Field label="At most" hint="Topics; empty: the data decides">
            {(ids) => <input {...ids} className="input" inputMode="numeric" value={most} onChange={(event) => setMost(event.target.value.replaceAll(/\D/g, ""))} />}
          </Field>
          <Field label="Levels" hint="Empty: the data decides">
            {(ids) => (
              <select {...ids} className="select" value={depth} onChange={(event) => setDepth(event.target.value)}>
                <option value="">As they form groups</option>
                {[1, 2, 3, 4, 5].map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            )}
          </Field>
          <Field label="Granularity" hint={granularity === 0 ? "As the data says" : granularity < 0 ? "Coarser: fewer topics" : "Finer: more topics"}>
            {(ids) => <input {...ids} type="range" className="range" min={-1} max={1} step={0.25} value={granularity} onChange={(event) => setGranularity(Number(event.target.value))} />}
          </Field>
          <Field label="Compare by" hint="Quality reads meaning; words needs no model">
            {(ids) => (
              <select {...ids} className="select" value={embedder} onChange={(event) => setEmbedder(event.target.value as Embedder | "")}>
                <option value="">The daemon's choice</option>
                <option value="quality">Meaning, best quality</option>
                <option value="fast">Meaning, fast</option>
                <option value="words">Words</option>
                <option value="provider">The configured endpoint</option>
              </select>
            )}
          </Field>
        </div>
      )}
      {method === "template" && (
        <>
          {templates.isError && <ProblemNotice error={templates.error} retry={() => void templates.refetch()} />}
          <Field label="Template" hint={chosen?.summary}>
            {(ids) => (
              <select {...ids} className="select" value={template} onChange={(event) => setTemplate(event.target.value)}>
                <option value="">Choose one</option>
                {(templates.data?.items ?? []).map((one) => (
                  <option key={one.name} value={one.name}>
                    {one.title}
                  </option>
                ))}
              </select>
            )}
          </Field>
          {chosen && (
            <ul className="row wrap" aria-label={`Topics of ${chosen.title}`}>
              {chosen.topics.map((topic) => (
                <li key={topic.name} className="chip" title={topic.description}>
                  {topic.name}
                  {topic.children.length > 0 && <span className="num">({topic.children.length})</span>}
                </li>
              ))}
            </ul>
          )}
          {replaces && (
            <label className="checkline">
              <input type="checkbox" className="check" checked={keep} onChange={(event) => setKeep(event.target.checked)} />
              Keep the assignments of topics that have the same name
            </label>
          )}
        </>
      )}
      {replaces && method !== "manual" && !(method === "template" && keep) && (
        <Notice tone="warn">
          <p>
            This replaces the topics and clears the assignments of {plural(categorized, "record")}. The log keeps them: they can be restored from event {count(position)}.
          </p>
          <label className="checkline">
            <input type="checkbox" className="check" checked={understood} onChange={(event) => setUnderstood(event.target.checked)} />
            Clear {count(categorized)} assignments
          </label>
        </Notice>
      )}
      {error !== null && <ProblemNotice error={error} />}
      <div className="row">
        {method === "manual" ? (
          <Guarded className="primary" reasons={here.readOnly} onClick={startManual}>
            {topics.version === 0 ? "Start with a first topic" : "Add a topic"}
          </Guarded>
        ) : (
          <Guarded className="primary" busy={busy} reasons={here.readOnly} disabled={(replaces && !understood && !(method === "template" && keep)) || (method === "template" && template === "")} onClick={() => void start()}>
            {replaces ? "Regenerate topics" : "Generate topics"}
          </Guarded>
        )}
        <Button onClick={() => here.open("import-topics")}>Import topics from a file…</Button>
      </div>
    </div>
  );
}
