import "@/styles/modals.css";
// The daemon: what it is, where it stands, what it can reach.
import { Fragment, type ReactNode, useState } from "react";
import { write } from "@/api/client";
import { useSystem } from "@/api/queries";
import { useTitle } from "@/lib/title";
import { ago, bytes, count, fullTime, words } from "@/lib/format";
import { Button, Field, Loading, Notice, ProblemNotice } from "@/ui/parts";
import { TopBar } from "./shell";

export default function SystemScreen() {
  useTitle("System");
  const system = useSystem();
  const data = system.data;
  return (
    <>
      <TopBar />
      <main className="page">
        <header className="page-head">
          <div className="grow">
            <h1>System</h1>
            <p className="muted">The daemon behind this page.</p>
          </div>
        </header>
        {system.failureReason && <ProblemNotice error={system.failureReason} retry={() => void system.refetch()} />}
        {system.isPending && !system.failureReason && <Loading lines={4} />}
        {data && (
          <div className="system">
            <Part name="Daemon">
              <dt>Version</dt>
              <dd>{data.version}</dd>
              <dt>Build</dt>
              <dd className="mono">{data.build}</dd>
              <dt>Started</dt>
              <dd title={fullTime(data.started_at)}>{ago(data.started_at)}</dd>
              <dt>Memory</dt>
              <dd>{bytes(data.memory_bytes)}</dd>
            </Part>
            <Part name="Store">
              <dt>Kind</dt>
              <dd>{data.store.kind}</dd>
              <dt>On disk</dt>
              <dd>{bytes(data.store.bytes_on_disk)}</dd>
              <dt>Datasets</dt>
              <dd>{count(data.datasets)}</dd>
              <dt>Events</dt>
              <dd>{count(data.positions.global)}</dd>
              <dt>Durability</dt>
              <dd>{data.durability === "fsync" ? "every answer is on disk first" : "left to the operating system"}</dd>
            </Part>
            <Part name="Queues">
              {Object.entries(data.queues).map(([name, value]) => (
                <Fragment key={name}>
                  <dt>{words(name)}</dt>
                  <dd>{count(value)}</dd>
                </Fragment>
              ))}
            </Part>
            <Part name="Models and trainers">
              <dt>Models</dt>
              <dd>{data.models.length > 0 ? data.models.join(", ") : "none configured"}</dd>
              <dt>Trainers</dt>
              <dd>{data.trainers.length > 0 ? data.trainers.join(", ") : "none configured"}</dd>
            </Part>
            <Backup />
            {data.models.length === 0 && (
              <div className="system-note">
                <Notice>Without a model, topics are named by their key phrases and answers come from the records. The configuration file names models; its example explains how.</Notice>
              </div>
            )}
            <p className="small muted system-note">
              <a href="/api/v1">The API, browsable</a> · <a href="/metrics">Metrics</a> · <a href="/readyz">Readiness</a>
            </p>
          </div>
        )}
      </main>
    </>
  );
}

// A copy of the store while the daemon runs, on the daemon's machine.
function Backup() {
  const [to, setTo] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [done, setDone] = useState<string | null>(null);
  const start = async () => {
    setBusy(true);
    setError(null);
    setDone(null);
    try {
      const { data } = await write<{ folder: string; global_position: number }>("POST", "/system/backup", { to: to.trim() });
      setDone(`${data.folder} holds every event up to number ${count(data.global_position)}.`);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="panel pad stack" aria-label="Backup">
      <h2>Backup</h2>
      <Field label="Folder" hint="An absolute path on the daemon's machine: an empty or a new folder.">
        {(ids) => <input {...ids} className="input mono" value={to} spellCheck={false} onChange={(event) => setTo(event.target.value)} />}
      </Field>
      <div className="row">
        <Button busy={busy} disabled={to.trim() === ""} onClick={() => void start()}>
          Back up now
        </Button>
      </div>
      {done && <Notice tone="ok">{done}</Notice>}
      {error !== null && <ProblemNotice error={error} />}
    </section>
  );
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section className="panel pad stack" aria-label={name}>
      <h2>{name}</h2>
      <dl className="pairs num">{children}</dl>
    </section>
  );
}
