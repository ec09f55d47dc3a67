import "@/styles/modals.css";
// Name, objective and limits of a dataset; its numbers; and how to be rid of it.
import { useState } from "react";
import { write } from "@/api/client";
import { useDatasetInfo, useWritten } from "@/api/queries";
import type { Dataset } from "@/api/types";
import { count, fixed2, fullTime } from "@/lib/format";
import { CanvasHeader } from "@/canvas/header";
import { HealthBar } from "@/canvas/health-bar";
import { PastBar } from "@/canvas/timeline";
import { Button, Field, Guarded, Loading, Notice, ProblemNotice } from "@/ui/parts";
import { tell } from "@/ui/toasts";
import { Link } from "wouter";
import { useHere } from "./here";

export default function SettingsScreen() {
  const here = useHere();
  const info = useDatasetInfo(here.id, here.at);
  return (
    <div className="canvas-page">
      <CanvasHeader />
      <PastBar />
      <HealthBar />
      <main className="canvas-main">
        <div className="page narrow-page">
          <header className="page-head">
            <div className="grow">
              <p className="small">
                <Link href={`/finetune/${here.id}`}>Canvas</Link> <span className="muted">/ Settings</span>
              </p>
              <h2 className="big">Settings</h2>
            </div>
          </header>
          {info.isError && <ProblemNotice error={info.error} retry={() => void info.refetch()} />}
          {info.isPending && <Loading lines={5} />}
          {info.data && <Form key={`${here.at ?? ""}`} dataset={info.data} />}
          {info.data && <Numbers dataset={info.data} />}
          {info.data && (
            <section className="panel pad stack" aria-label="Danger zone">
              <h3>Copy or delete</h3>
              <div className="row wrap">
                <Button onClick={() => here.open("duplicate")}>Duplicate…</Button>
                <Guarded reasons={here.readOnly} className="danger" onClick={() => here.open("delete")}>
                  Delete this dataset…
                </Guarded>
              </div>
            </section>
          )}
        </div>
      </main>
    </div>
  );
}

function Form({ dataset }: { dataset: Dataset }) {
  const here = useHere();
  const written = useWritten(here.id);
  const [name, setName] = useState(dataset.name);
  const [objective, setObjective] = useState(dataset.objective);
  const [tokens, setTokens] = useState(String(dataset.settings.max_tokens));
  const [characters, setCharacters] = useState(String(dataset.settings.min_user_characters));
  const [encoding, setEncoding] = useState(dataset.settings.encoding);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const settings = { max_tokens: Number(tokens), min_user_characters: Number(characters), encoding };
  const limits = JSON.stringify(settings) !== JSON.stringify({ max_tokens: dataset.settings.max_tokens, min_user_characters: dataset.settings.min_user_characters, encoding: dataset.settings.encoding });
  const dirty = limits || name !== dataset.name || objective !== dataset.objective;
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      const change = { ...(name !== dataset.name && { name: name.trim() }), ...(objective !== dataset.objective && { objective: objective.trim() }), ...(limits && { settings }) };
      await written(await write<Dataset>("PATCH", `/datasets/${here.id}`, change));
      tell("Settings saved", limits ? "Every record is checked again with the new limits." : undefined);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="panel pad stack loose" aria-label="Name, objective and limits">
      <Field label="Name">{(ids) => <input {...ids} className="input" value={name} maxLength={80} disabled={!here.live} onChange={(event) => setName(event.target.value)} />}</Field>
      <Field label="Objective" hint="What the model should get better at.">
        {(ids) => <textarea {...ids} className="area" rows={4} maxLength={4000} value={objective} disabled={!here.live} onChange={(event) => setObjective(event.target.value)} />}
      </Field>
      <div className="row wrap top numbers">
        <Field label="Longest record" hint="Tokens; longer ones are invalid">
          {(ids) => <input {...ids} className="input num" inputMode="numeric" value={tokens} disabled={!here.live} onChange={(event) => setTokens(event.target.value.replaceAll(/\D/g, ""))} />}
        </Field>
        <Field label="Shortest question" hint="Characters; 0: no limit">
          {(ids) => <input {...ids} className="input num" inputMode="numeric" value={characters} disabled={!here.live} onChange={(event) => setCharacters(event.target.value.replaceAll(/\D/g, ""))} />}
        </Field>
        <Field label="Token count by" hint="The encoding of the model">
          {(ids) => (
            <select {...ids} className="select" value={encoding} disabled={!here.live} onChange={(event) => setEncoding(event.target.value as typeof encoding)}>
              <option>o200k_base</option>
              <option>cl100k_base</option>
              <option>chars/4</option>
            </select>
          )}
        </Field>
      </div>
      {limits && <Notice tone="warn">Changed limits check all {count(dataset.records)} records again.</Notice>}
      {error !== null && <ProblemNotice error={error} />}
      <div className="row">
        <Guarded className="primary" reasons={here.readOnly} busy={busy} disabled={!dirty || name.trim() === "" || objective.trim() === "" || tokens === ""} onClick={() => void save()}>
          Save
        </Guarded>
      </div>
    </section>
  );
}

function Numbers({ dataset }: { dataset: Dataset }) {
  const forked = dataset.forked_from;
  return (
    <section className="panel pad stack" aria-label="Numbers">
      <h3>Numbers</h3>
      <dl className="pairs num">
        <dt>Id</dt>
        <dd className="mono">{dataset.id}</dd>
        <dt>Records</dt>
        <dd>{count(dataset.records)}</dd>
        <dt>Topics</dt>
        <dd>{count(dataset.topics)}</dd>
        <dt>Balance</dt>
        <dd>{dataset.balance === null ? "–" : fixed2(dataset.balance)}</dd>
        <dt>Events</dt>
        <dd>
          <Link href={`/finetune/${dataset.id}/events`}>{count(dataset.position)}</Link>
        </dd>
        <dt>Created</dt>
        <dd>{fullTime(dataset.created_at)}</dd>
        <dt>Changed</dt>
        <dd>{fullTime(dataset.updated_at)}</dd>
        {forked && (
          <>
            <dt>Branched from</dt>
            <dd>
              <Link href={`/finetune/${forked.dataset}?at=${forked.position}`}>
                {forked.dataset} at event {count(forked.position)}
              </Link>
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
