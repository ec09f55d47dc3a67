// More records from a file, added to those there or in their place.
import { useState } from "react";
import type { Problem } from "@/api/client";
import { useWritten } from "@/api/queries";
import type { ImportResult } from "@/api/types";
import { busy as going, upload, useUploads } from "@/api/uploads";
import { useHere, useMoment } from "@/screens/here";
import { DropZone, FilePreview, UploadProgress, usePreview } from "@/screens/upload";
import { count, plural } from "@/lib/format";
import { useOffered } from "@/lib/offered";
import { noFilter, useUrl } from "@/lib/url";
import { Modal, TypeToConfirm } from "@/ui/modal";
import { Button, Guarded, Notice, ProblemNotice } from "@/ui/parts";

export default function ImportModal() {
  const here = useHere();
  const moment = useMoment();
  const url = useUrl();
  const written = useWritten(here.id);
  const mode = url.get("mode") === "replace" ? "replace" : "append";
  const [file, setFile] = useState<File | null>(null);
  const [typed, setTyped] = useState("");
  const [result, setResult] = useState<ImportResult | null>(null);
  const [error, setError] = useState<unknown>(null);
  useOffered(setFile);
  const preview = usePreview(file);
  const current = useUploads().find((one) => one.dataset === here.id);
  const busy = current !== undefined && going(current);
  const present = here.canvas.health.records;
  const replaces = mode === "replace" && present > 0;
  const start = async () => {
    if (!file) return;
    setError(null);
    setResult(null);
    try {
      const done = await upload({ dataset: here.id, name: here.canvas.name, file, mode, confirm: replaces }).done;
      setResult(done);
      setFile(null);
      await written({ data: done, position: done.position });
    } catch (problem) {
      if (!(problem as Problem).offline) setError(problem);
    }
  };
  return (
    <Modal
      title="Import records"
      close={here.close}
      foot={
        result ? (
          <>
            <span className="grow" />
            <Button onClick={() => here.open("records", noFilter)}>View records</Button>
            <Button className="primary" onClick={here.close}>
              Done
            </Button>
          </>
        ) : (
          <>
            <span className="grow">{busy ? "Closing this dialog does not stop the upload." : ""}</span>
            <Button onClick={here.close}>{busy ? "Close" : "Cancel"}</Button>
            <Guarded className={replaces ? "danger" : "primary"} reasons={here.readOnly} busy={busy} disabled={!file || Boolean(preview?.refusal) || (replaces && typed !== String(present))} onClick={() => void start()}>
              {mode === "replace" ? "Replace records" : "Append records"}
            </Guarded>
          </>
        )
      }
    >
      {result ? (
        <Result result={result} />
      ) : (
        <>
          <div className="segments" role="radiogroup" aria-label="How to import">
            {(["append", "replace"] as const).map((one) => (
              <label key={one} data-on={mode === one || undefined}>
                <input type="radio" name="import-mode" className="unseen" checked={mode === one} disabled={busy} onChange={() => url.replace({ mode: one })} />
                {one === "append" ? "Append" : "Replace"}
              </label>
            ))}
          </div>
          {busy ? <UploadProgress upload={current} /> : <DropZone file={file} choose={(next) => { setFile(next); setError(null); }} />}
          {current && !busy && current.phase !== "done" && <UploadProgress upload={current} />}
          {preview && !busy && <FilePreview preview={preview} />}
          {replaces && !busy && (
            <>
              <Notice tone="warn">
                All {plural(present, "record")} leave the dataset, and with them their topics. Nothing changes until the whole file is in and checked; the log keeps what was there: it can be branched from event {count(moment.position)}.
              </Notice>
              <TypeToConfirm wanted={String(present)} value={typed} change={setTyped} what={`replace ${plural(present, "record")}`} />
            </>
          )}
          {error !== null && <ProblemNotice error={error} />}
        </>
      )}
    </Modal>
  );
}

function Result({ result }: { result: ImportResult }) {
  const here = useHere();
  const topics = here.canvas.steps.find((one) => one.step === "topics");
  return (
    <>
      <Notice tone={result.invalid > 0 ? "warn" : "ok"}>
        <p className="strong">{plural(result.imported, "record")} imported</p>
        <p className="small num">
          {count(result.lines)} lines: {count(result.valid)} valid, {count(result.invalid)} invalid, {count(result.duplicates)} duplicates, {count(result.blank)} blank
          {result.replaced > 0 && `; ${count(result.replaced)} records were replaced`}.
        </p>
      </Notice>
      {topics && topics.state !== "waiting" && (
        <p className="row wrap">
          New records are uncategorized until they are sorted.
          <Button className="small" onClick={() => here.open("topics", noFilter)}>
            Topics
          </Button>
        </p>
      )}
      {result.invalid > 0 && (
        <Button className="link" onClick={() => here.open("issues", noFilter)}>
          See what is wrong with {plural(result.invalid, "record")}
        </Button>
      )}
    </>
  );
}
