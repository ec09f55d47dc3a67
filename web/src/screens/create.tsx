// A new dataset: a name, what the model should get better at, and a file or calls that were traced.
import { Sparkles } from "lucide-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { type Problem, write } from "@/api/client";
import type { Dataset } from "@/api/types";
import { busy as uploading, upload, useUploads } from "@/api/uploads";
import { count, plural } from "@/lib/format";
import { lazily } from "@/lib/lazily";
import { useTitle } from "@/lib/title";
import { useOffered } from "@/lib/offered";
import { useUrl } from "@/lib/url";
import { Button, Field, Loading, ProblemNotice } from "@/ui/parts";
import { Tabs } from "@/ui/tabs";
import { tell } from "@/ui/toasts";
import { TopBar } from "./shell";
import { DropZone, FilePreview, UploadProgress, usePreview } from "./upload";

const FromTraces = lazily(() => import("@/traces/create"), () => <Loading lines={5} />);

const example = "Explain chess moves to beginners: correct, in plain words, no longer than needed";

function nameFrom(file: File): string {
  return file.name.replace(/(\.(jsonl|ndjson|json|txt))?(\.(gz|zst))?$/i, "").replaceAll(/[_-]+/g, " ").trim().slice(0, 80);
}

export interface Form {
  name: string;
  objective: string;
}
// Where records are to come from, as the daemon is told; null: not chosen yet.
export interface TraceSourceChoice {
  source: object | null;
  offered: number | null;
}

export default function CreateScreen() {
  useTitle("New dataset");
  const url = useUrl();
  const [, navigate] = useLocation();
  const [file, setFile] = useState<File | null>(null);
  const [form, setForm] = useState<Form>({ name: "", objective: "" });
  const [asked, setAsked] = useState(false);
  const [created, setCreated] = useState<Dataset | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [chosen, setChosen] = useState<TraceSourceChoice>({ source: null, offered: null });
  const [side, setSide] = useState<HTMLElement | null>(null);
  const preview = usePreview(file);
  const going = useUploads().find((one) => one.dataset === created?.id);
  const traces = url.get("mode") === "traces";
  const { name, objective } = form;
  const wrongName = asked && name.trim() === "" ? "A dataset needs a name." : null;
  const wrongObjective = asked && objective.trim() === "" ? "Say what the model should get better at: topics, grader and reports refer to it." : null;
  const refused = traces ? null : (preview?.refusal ?? null);

  const choose = (next: File | null) => {
    setFile(next);
    setError(null);
    if (next && name.trim() === "") setForm({ ...form, name: nameFrom(next) });
  };
  useOffered(choose);
  const make = async () => {
    const body = { name: name.trim(), objective: objective.trim(), ...(traces && chosen.source && { source: chosen.source }) };
    return (await write<Dataset>("POST", "/datasets", body)).data;
  };
  const start = async () => {
    setAsked(true);
    if (name.trim() === "" || objective.trim() === "" || refused) return;
    setBusy(true);
    setError(null);
    try {
      // A second try after a broken upload goes into the dataset that the first one made.
      const dataset = created ?? (await make());
      setCreated(dataset);
      if (file && !traces) {
        const result = await upload({ dataset: dataset.id, name: dataset.name, file, mode: "append" }).done;
        tell(`${plural(result.imported, "record")} imported`, `${plural(result.valid, "valid record")}, ${result.invalid} invalid, ${plural(result.duplicates, "duplicate")}.`);
      }
      // Somebody who has gone elsewhere meanwhile is left there.
      if (window.location.pathname === "/finetune/new") navigate(`/finetune/${dataset.id}`);
    } catch (problem) {
      if (!(problem as Problem).offline || !file || traces) setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <TopBar />
      <main className={traces ? "page wide-page" : "page"}>
        <header className="page-head">
          <div className="grow">
            <p className="small">
              <Link href="/finetune">Datasets</Link> <span className="muted">/ New</span>
            </p>
            <h1>New dataset</h1>
          </div>
        </header>
        <div className="create">
          <section className="panel create-source" aria-label="Where the records come from">
            <Tabs label="Source" value={traces ? "traces" : "upload"} change={(mode) => url.replace({ mode })} tabs={[["upload", "Upload file"], ["traces", "From gateway traces"]]} panel="source" />
            <div className="create-body stack loose" role="tabpanel" id="source" aria-labelledby={traces ? "tab-traces" : "tab-upload"}>
              {traces ? (
                <FromTraces form={form} setForm={setForm} setChosen={setChosen} side={side} />
              ) : (
                <>
                  {going && uploading(going) ? <UploadProgress upload={going} /> : <DropZone file={file} choose={choose} />}
                  {going && going.phase !== "done" && !uploading(going) && <UploadProgress upload={going} />}
                  {preview && <FilePreview preview={preview} />}
                </>
              )}
            </div>
          </section>
          <div className="create-side">
            <section className="panel create-form stack loose" aria-label="Name and objective">
              <Field label="Name" wrong={wrongName} hint={created ? "The dataset exists now; change its name in its settings." : "Unique, at most 80 characters."}>
                {(ids) => <input {...ids} className="input" value={name} maxLength={80} disabled={created !== null} required onChange={(event) => setForm({ ...form, name: event.target.value })} />}
              </Field>
              <Field label="Objective" wrong={wrongObjective} hint={`What the model should get better at. For example: ${example}.`}>
                {(ids) => <textarea {...ids} className="area" rows={5} value={objective} maxLength={4000} disabled={created !== null} required onChange={(event) => setForm({ ...form, objective: event.target.value })} />}
              </Field>
              {error !== null && <ProblemNotice error={error} />}
              <Button className="primary wide" busy={busy} disabled={refused !== null || (traces && chosen.source === null)} onClick={() => void start()} icon={<Sparkles size={16} aria-hidden />}>
                {created && going?.phase === "failed" ? "Send it again" : "Create & Start"}
              </Button>
              <p className="muted small">{whatFollows(traces, file !== null, chosen)}</p>
              {created && (
                <Link href={`/finetune/${created.id}`} className="small">
                  Go to the canvas
                </Link>
              )}
            </section>
            <div ref={setSide} />
          </div>
        </div>
      </main>
    </>
  );
}

function whatFollows(traces: boolean, file: boolean, chosen: TraceSourceChoice): string {
  const then = "records are checked, sorted into topics and their coverage is measured, without another click.";
  if (traces && chosen.source === null) return "Choose the calls first; or upload a file.";
  if (traces) return `${chosen.offered === null ? "The calls are" : `${count(chosen.offered)} ${chosen.offered === 1 ? "record is" : "records are"}`} pulled, then ${then} Newer calls can be pulled later.`;
  return file ? `After the upload, ${then}` : "Without a file the dataset begins empty; records can be imported later.";
}
