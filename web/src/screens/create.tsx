// A new dataset: a name, what the model should get better at, and a file.
import { Sparkles } from "lucide-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { type Problem, write } from "@/api/client";
import type { Dataset } from "@/api/types";
import { busy as uploading, upload, useUploads } from "@/api/uploads";
import { plural } from "@/lib/format";
import { useTitle } from "@/lib/title";
import { useUrl } from "@/lib/url";
import { Button, Field, Notice, ProblemNotice } from "@/ui/parts";
import { tell } from "@/ui/toasts";
import { TopBar } from "./shell";
import { DropZone, FilePreview, UploadProgress, usePreview } from "./upload";

const example = "Explain chess moves to beginners: correct, in plain words, no longer than needed";

function nameFrom(file: File): string {
  return file.name.replace(/(\.(jsonl|ndjson|json|txt))?(\.(gz|zst))?$/i, "").replaceAll(/[_-]+/g, " ").trim().slice(0, 80);
}

export default function CreateScreen() {
  useTitle("New dataset");
  const url = useUrl();
  const [, navigate] = useLocation();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [objective, setObjective] = useState("");
  const [asked, setAsked] = useState(false);
  const [created, setCreated] = useState<Dataset | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const preview = usePreview(file);
  const going = useUploads().find((one) => one.dataset === created?.id);
  const traces = url.get("mode") === "traces";
  const wrongName = asked && name.trim() === "" ? "A dataset needs a name." : null;
  const wrongObjective = asked && objective.trim() === "" ? "Say what the model should get better at: topics, grader and reports refer to it." : null;
  const refused = preview?.refusal ?? null;

  const choose = (next: File | null) => {
    setFile(next);
    setError(null);
    if (next && name.trim() === "") setName(nameFrom(next));
  };
  const start = async () => {
    setAsked(true);
    if (name.trim() === "" || objective.trim() === "" || refused) return;
    setBusy(true);
    setError(null);
    try {
      // A second try after a broken upload goes into the dataset that the first one made.
      const dataset = created ?? (await write<Dataset>("POST", "/datasets", { name: name.trim(), objective: objective.trim() })).data;
      setCreated(dataset);
      if (file) {
        const result = await upload({ dataset: dataset.id, name: dataset.name, file, mode: "append" }).done;
        tell(`${plural(result.imported, "record")} imported`, `${plural(result.valid, "valid record")}, ${result.invalid} invalid, ${plural(result.duplicates, "duplicate")}.`);
      }
      // Somebody who has gone elsewhere meanwhile is left there.
      if (window.location.pathname === "/finetune/new") navigate(`/finetune/${dataset.id}`);
    } catch (problem) {
      if (!(problem as Problem).offline || !file) setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <TopBar />
      <main className="page">
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
            <div className="tabs" role="tablist" aria-label="Source">
              <button type="button" role="tab" id="tab-upload" aria-controls="source" aria-selected={!traces} className="tab" onClick={() => url.replace({ mode: "upload" })}>
                Upload file
              </button>
              <button type="button" role="tab" id="tab-traces" aria-controls="source" aria-selected={traces} className="tab" onClick={() => url.replace({ mode: "traces" })}>
                From gateway traces
              </button>
            </div>
            <div className="create-body stack loose" role="tabpanel" id="source" aria-labelledby={traces ? "tab-traces" : "tab-upload"}>
              {traces ? (
                <Notice>
                  <p className="strong">No source of traces is configured</p>
                  <p className="small">This version of the daemon reads files. Export your gateway's calls as JSONL, one call a line, and upload that.</p>
                  <Button className="link" onClick={() => url.replace({ mode: "upload" })}>
                    Upload a file instead
                  </Button>
                </Notice>
              ) : (
                <>
                  {going && uploading(going) ? <UploadProgress upload={going} /> : <DropZone file={file} choose={choose} />}
                  {going && going.phase !== "done" && !uploading(going) && <UploadProgress upload={going} />}
                  {preview && <FilePreview preview={preview} />}
                </>
              )}
            </div>
          </section>
          <section className="panel create-form stack loose" aria-label="Name and objective">
            <Field label="Name" wrong={wrongName} hint={created ? "The dataset exists now; change its name in its settings." : "Unique, at most 80 characters."}>
              {(ids) => <input {...ids} className="input" value={name} maxLength={80} disabled={created !== null} required onChange={(event) => setName(event.target.value)} />}
            </Field>
            <Field label="Objective" wrong={wrongObjective} hint={`What the model should get better at. For example: ${example}.`}>
              {(ids) => <textarea {...ids} className="area" rows={5} value={objective} maxLength={4000} disabled={created !== null} required onChange={(event) => setObjective(event.target.value)} />}
            </Field>
            {error !== null && <ProblemNotice error={error} />}
            <Button className="primary wide" busy={busy} disabled={traces || refused !== null} onClick={() => void start()} icon={<Sparkles size={16} aria-hidden />}>
              {created && going?.phase === "failed" ? "Send it again" : "Create & Start"}
            </Button>
            <p className="muted small">
              {file ? "After the upload, records are checked, sorted into topics and their coverage is measured, without another click." : "Without a file the dataset begins empty; records can be imported later."}
            </p>
            {created && (
              <Link href={`/finetune/${created.id}`} className="small">
                Go to the canvas
              </Link>
            )}
          </section>
        </div>
      </main>
    </>
  );
}
