// Files on their way to the daemon. Kept outside the screens, so that an upload goes on when its dialog is closed.
import { useSyncExternalStore } from "react";
import { address, encodingOf, newKey, Problem, problemFrom, unreachable } from "./client";
import type { ImportResult } from "./types";

export interface Upload {
  id: string;
  dataset: string;
  name: string; // of the dataset
  file: File;
  mode: "append" | "replace";
  phase: "sending" | "validating" | "done" | "failed" | "cancelled";
  sent: number; // bytes
  began: number; // ms
  rate: number; // bytes a second, over the last second or so
  result: ImportResult | null;
  problem: Problem | null;
}

let uploads: Upload[] = [];
const listeners = new Set<() => void>();
const requests = new Map<string, XMLHttpRequest>();

function set(next: Upload[]) {
  uploads = next;
  listeners.forEach((listener) => listener());
}
const change = (id: string, patch: Partial<Upload>) => set(uploads.map((one) => (one.id === id ? { ...one, ...patch } : one)));

export function useUploads(): Upload[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => uploads,
  );
}

export const busy = (upload: Upload) => upload.phase === "sending" || upload.phase === "validating";

window.addEventListener("beforeunload", (event) => {
  if (uploads.some(busy)) event.preventDefault();
});

function meter(id: string) {
  let at = Date.now();
  let before = 0;
  return (sent: number) => {
    const now = Date.now();
    const patch: Partial<Upload> = { sent };
    if (now - at >= 500) {
      patch.rate = (1000 * (sent - before)) / (now - at);
      at = now;
      before = sent;
    }
    change(id, patch);
  };
}

export interface UploadWish {
  dataset: string;
  name: string;
  file: File;
  mode: "append" | "replace";
  confirm?: boolean;
}

// Resolves with what the daemon has counted; rejects with a Problem, also when cancelled.
export function upload({ dataset, name, file, mode, confirm }: UploadWish): { id: string; done: Promise<ImportResult> } {
  const id = newKey();
  set([...uploads.filter((one) => one.dataset !== dataset || busy(one)), { id, dataset, name, file, mode, phase: "sending", sent: 0, began: Date.now(), rate: 0, result: null, problem: null }]);
  const done = new Promise<ImportResult>((resolve, reject) => {
    const request = new XMLHttpRequest();
    requests.set(id, request);
    const fail = (problem: Problem, phase: "failed" | "cancelled" = "failed") => {
      requests.delete(id);
      change(id, { phase, problem });
      reject(problem);
    };
    const measure = meter(id);
    request.upload.onprogress = (event) => measure(event.loaded);
    request.upload.onload = () => change(id, { phase: "validating", sent: file.size });
    request.onload = () => {
      if (request.status >= 300) return fail(problemFrom(request.status, request.responseText));
      requests.delete(id);
      const result = JSON.parse(request.responseText) as ImportResult;
      change(id, { phase: "done", result });
      resolve(result);
    };
    request.onerror = () => fail(brokenOff(file));
    request.onabort = () => fail(cancelled(), "cancelled");
    request.open("POST", address(`/datasets/${encodeURIComponent(dataset)}/import`, { mode, name: file.name, confirm: confirm || undefined }));
    request.setRequestHeader("Content-Type", "application/x-ndjson");
    request.setRequestHeader("X-RFT", "1");
    request.setRequestHeader("Idempotency-Key", id);
    const encoding = encodingOf(file);
    if (encoding) request.setRequestHeader("Content-Encoding", encoding);
    request.send(file);
  });
  done.catch(() => undefined);
  return { id, done };
}

export const cancelUpload = (id: string) => requests.get(id)?.abort();
export const forgetUpload = (id: string) => set(uploads.filter((one) => one.id !== id || busy(one)));

function brokenOff(file: File): Problem {
  const problem = unreachable();
  return new Problem(0, {
    ...problem.body,
    title: "The upload broke off",
    detail: `The connection ended while ${file.name} was being sent, so nothing of it was kept: the daemon may have stopped, refused the file, or the file has changed or moved. Check that rftd is running and send it again.`,
  });
}

function cancelled(): Problem {
  return new Problem(0, { type: "about:blank", title: "Upload cancelled", status: 0, detail: "Nothing of the file was kept.", errors: [] });
}
