// Short notes about what has just happened; kept out of the way, and never the only place where an error stands.
import { CircleCheck, CircleX, X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { createPortal } from "react-dom";
import { Problem } from "@/api/client";

interface Note {
  id: number;
  title: string;
  text: string | undefined;
  tone: "ok" | "bad";
}

let notes: Note[] = [];
let made = 0;
const listeners = new Set<() => void>();
const limit = 4;

function set(next: Note[]) {
  notes = next;
  listeners.forEach((listener) => listener());
}

const dismiss = (id: number) => set(notes.filter((note) => note.id !== id));

function add(title: string, text: string | undefined, tone: Note["tone"], time: number) {
  made += 1;
  const id = made;
  set([...notes, { id, title, text, tone }].slice(-limit));
  setTimeout(() => dismiss(id), time);
}

export const tell = (title: string, text?: string) => add(title, text, "ok", 6000);

export function tellProblem(error: unknown, title?: string) {
  const hint = error instanceof Problem ? error.body.errors.find((one) => one.hint)?.hint : undefined;
  const text = error instanceof Error ? error.message : String(error);
  add(title ?? (error instanceof Problem ? error.body.title : "That did not work"), hint ? `${text} – ${hint}` : text, "bad", 15_000);
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notes,
  );
  return createPortal(
    <div className="toasts" role="region" aria-label="Notes" aria-live="polite">
      {shown.map((note) => (
        <div key={note.id} className="toast" data-type={note.tone} role={note.tone === "bad" ? "alert" : undefined}>
          {note.tone === "bad" ? <CircleX size={17} aria-hidden /> : <CircleCheck size={17} aria-hidden />}
          <div className="grow">
            <p className="toast-title">{note.title}</p>
            {note.text && <p className="toast-text">{note.text}</p>}
          </div>
          <button type="button" className="button quiet icon small" aria-label="Dismiss" onClick={() => dismiss(note.id)}>
            <X size={14} aria-hidden />
          </button>
        </div>
      ))}
    </div>,
    document.body,
  );
}
