// Choosing a file by drag or by dialog, looking at its first lines, and watching it go.
import { CircleAlert, CircleCheck, FileText, UploadCloud, X } from "lucide-react";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { busy, cancelUpload, type Upload } from "@/api/uploads";
import { Button, IconButton, Notice, ProblemNotice } from "@/ui/parts";
import { bytes, count, duration, percent, shorten } from "@/lib/format";
import { previewOf, type Preview } from "@/lib/jsonl";

export function usePreview(file: File | null): Preview | null {
  const [preview, setPreview] = useState<Preview | null>(null);
  useEffect(() => {
    setPreview(null);
    if (!file) return;
    let wanted = true;
    previewOf(file)
      .catch((): Preview => ({ kind: "unreadable", lines: [], shape: null, refusal: `${file.name} cannot be read: is it a folder, or has it moved?` }))
      .then((found) => wanted && setPreview(found));
    return () => {
      wanted = false;
    };
  }, [file]);
  return preview;
}

export function DropZone({ file, choose }: { file: File | null; choose: (file: File | null) => void }) {
  const [over, setOver] = useState(false);
  const [many, setMany] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null) => {
    if (!files || files.length === 0) return;
    setMany(files.length > 1);
    choose(files[0]);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <div className="dropzone" data-over={over || undefined} data-full={file ? true : undefined} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}>
      <input ref={input} type="file" className="unseen" tabIndex={-1} aria-label="File to upload" accept=".jsonl,.ndjson,.json,.gz,.zst,.txt" onChange={(event) => { take(event.target.files); event.target.value = ""; }} />
      {file ? (
        <div className="row grow">
          <FileText size={22} aria-hidden />
          <span className="grow">
            <span className="strong clip block">{file.name}</span>
            <span className="muted small">{bytes(file.size)}</span>
          </span>
          <Button className="small" onClick={() => input.current?.click()}>
            Change
          </Button>
          <IconButton label="Remove this file" onClick={() => choose(null)}>
            <X size={16} aria-hidden />
          </IconButton>
        </div>
      ) : (
        <>
          <UploadCloud size={30} aria-hidden />
          <p>
            <Button className="link" onClick={() => input.current?.click()} data-autofocus>
              Choose a JSONL file
            </Button>{" "}
            or drop it here
          </p>
          <p className="muted small">One JSON object with a <code>messages</code> array on each line. Plain, gzip or zstd, any size.</p>
        </>
      )}
      {many && <p className="small muted">One file at a time: the first was taken.</p>}
    </div>
  );
}

export function FilePreview({ preview }: { preview: Preview }) {
  const bad = preview.lines.filter((one) => one.shape === null).length;
  if (preview.refusal) return <Notice tone="bad">{preview.refusal}</Notice>;
  if (preview.lines.length === 0) return <Notice>Compressed with {preview.kind}: the daemon unpacks and checks it.</Notice>;
  return (
    <section className="stack" aria-label="First lines of the file">
      <p className="row small">
        {preview.shape && <span className="chip" data-tone="accent">{preview.shape}</span>}
        <span className="muted">
          First {count(preview.lines.length)} lines{bad > 0 && `, ${count(bad)} of them with a problem: such lines are kept and listed as invalid`}
        </span>
      </p>
      <div className="preview" tabIndex={0} role="region" aria-label="Preview">
        <table>
          <tbody>
            {preview.lines.map((line) => (
              <tr key={line.line}>
                <td className="num muted right">{line.line}</td>
                <td>{line.shape ? <CircleCheck size={14} className="ok" aria-label="good" /> : <CircleAlert size={14} className="warn" aria-label="problem" />}</td>
                <td className={line.shape ? "clip" : "clip muted"}>{shorten(line.text, 200)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function UploadProgress({ upload }: { upload: Upload }) {
  const { file, sent, phase, rate, began } = upload;
  if (phase === "failed") return <ProblemNotice error={upload.problem} />;
  if (phase === "cancelled")
    return (
      <Notice>
        The upload of {file.name} was cancelled after {bytes(sent)}. Nothing of the file was kept.
      </Notice>
    );
  const left = rate > 0 ? ((file.size - sent) / rate) * 1000 : 0;
  return (
    <section className="stack" aria-label={`Upload of ${file.name}`}>
      <div className="row">
        <span className="strong grow clip">{file.name}</span>
        <span className="num muted small">
          {phase === "sending" && `${bytes(sent)} of ${bytes(file.size)}${rate > 0 ? ` · ${bytes(rate)}/s · ${duration(left)} left` : ""}`}
          {phase === "validating" && "All sent; storing and validating every line"}
          {phase === "done" && `Done in ${duration(Date.now() - began)}`}
        </span>
        {busy(upload) && (
          <Button className="small" onClick={() => cancelUpload(upload.id)}>
            Cancel
          </Button>
        )}
      </div>
      <progress max={Math.max(1, file.size)} value={phase === "validating" ? undefined : sent} aria-label={`${percent(sent, file.size)} sent`} />
    </section>
  );
}
