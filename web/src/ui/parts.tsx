// Small things used everywhere: badge, problem, empty place, disabled button with its reasons, copy button.
import { AlertTriangle, Check, CircleAlert, CircleCheck, CircleDashed, CircleX, Copy, Info, Link2, LoaderCircle, Lock, RotateCw } from "lucide-react";
import { type ButtonHTMLAttributes, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Problem } from "@/api/client";
import type { StepState } from "@/api/types";
import { sentence } from "@/lib/format";
import { lazily } from "@/lib/lazily";
import { Tip } from "./tips";

const stateIcons = {
  waiting: CircleDashed,
  ready: CircleAlert,
  processing: LoaderCircle,
  complete: CircleCheck,
  attention: AlertTriangle,
  failed: CircleX,
} as const;

export function StateIcon({ state, size = 14 }: { state: StepState; size?: number }) {
  const Icon = stateIcons[state] ?? CircleDashed;
  return <Icon size={size} strokeWidth={2.3} aria-hidden className={state === "processing" ? "turning" : undefined} />;
}

export function Badge({ state, children }: { state: StepState; children: ReactNode }) {
  return (
    <span className="badge" data-state={state}>
      <StateIcon state={state} />
      {children}
    </span>
  );
}

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { busy?: boolean; icon?: ReactNode };
export function Button({ className = "", busy, icon, children, disabled, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button ${className}`} disabled={disabled || busy} aria-busy={busy || undefined} {...rest}>
      {busy ? <LoaderCircle size={15} className="turning" aria-hidden /> : icon}
      {children}
    </button>
  );
}

export function IconButton({ label, children, ...rest }: ButtonProps & { label: string }) {
  return (
    <Tip text={label}>
      <button type="button" className="button quiet icon" aria-label={label} {...rest}>
        {children}
      </button>
    </Tip>
  );
}

export interface Reason {
  reason: string;
  fix?: string;
  go?: () => void;
}

const WhyPopup = lazily(async () => ({ default: (await import("./popups")).WhyPopup }));

// A button that cannot be used says why when it is asked, and leads to what would mend it.
export function Guarded({ reasons, children, ...rest }: ButtonProps & { reasons: Reason[] }) {
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  if (reasons.length === 0) return <Button {...rest}>{children}</Button>;
  const press = () => {
    setAsked(true);
    setOpen(!open);
  };
  return (
    <>
      <button type="button" ref={anchor} className={`button ${rest.className ?? ""}`} data-blocked aria-disabled="true" aria-haspopup="dialog" aria-expanded={open} onClick={press}>
        <Lock size={13} aria-hidden />
        {children}
      </button>
      {asked && (
        <WhyPopup open={open} setOpen={setOpen} anchor={anchor}>
          <ReasonList reasons={reasons} />
        </WhyPopup>
      )}
    </>
  );
}

export function ReasonList({ reasons }: { reasons: Reason[] }) {
  return (
    <ul className="reasons">
      {reasons.map(({ reason, fix, go }) => (
        <li key={reason}>
          <CircleDashed size={14} aria-hidden />
          <span>
            {sentence(reason)}
            {fix && (
              <>
                {" – "}
                {go ? (
                  <button type="button" className="button link" onClick={go}>
                    {fix}
                  </button>
                ) : (
                  fix
                )}
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Notice({ tone = "plain", children }: { tone?: "plain" | "bad" | "warn" | "ok" | "accent"; children: ReactNode }) {
  const Icon = tone === "bad" ? CircleX : tone === "warn" ? AlertTriangle : tone === "ok" ? CircleCheck : Info;
  return (
    <div className="notice" data-tone={tone} role={tone === "bad" ? "alert" : undefined}>
      <Icon size={17} aria-hidden />
      <div className="grow">{children}</div>
    </div>
  );
}

// What went wrong, in the daemon's own words: what was wanted, what was found, what to do.
export function ProblemNotice({ error, retry, children }: { error: unknown; retry?: () => void; children?: ReactNode }) {
  const problem = error instanceof Problem ? error : null;
  const hints = problem?.body.errors.filter((one) => one.hint) ?? [];
  return (
    <Notice tone="bad">
      <p className="strong">{problem ? problem.body.title : "Something went wrong on this page"}</p>
      <p className="problem-text">{error instanceof Error ? error.message : String(error)}</p>
      {hints.map((one) => (
        <p key={one.at + one.hint} className="problem-text">
          {one.hint}
        </p>
      ))}
      {children}
      <div className="row small muted">
        {retry && (
          <Button className="small" onClick={retry} icon={<RotateCw size={13} aria-hidden />}>
            Try again
          </Button>
        )}
        {problem?.body.request && (
          <span className="row">
            Request <code>{problem.body.request}</code>
            <CopyButton text={problem.body.request} label="Copy the request's id" />
          </span>
        )}
      </div>
    </Notice>
  );
}

export function CopyButton({ text, label, className = "button quiet icon", children }: { text: string; label: string; className?: string; children?: ReactNode }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1600);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
    } catch {
      window.prompt("Copy this:", text);
    }
  };
  const Icon = done ? Check : children ? Link2 : Copy;
  const button = (
    <button type="button" className={className} aria-label={children ? undefined : label} onClick={() => void copy()}>
      <Icon size={15} aria-hidden />
      {children && (done ? "Copied" : children)}
    </button>
  );
  return children ? button : <Tip text={done ? "Copied" : label}>{button}</Tip>;
}

export function Empty({ icon, title, children }: { icon?: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      {icon}
      <h2>{title}</h2>
      {children}
    </div>
  );
}

// Nothing for the first 150 ms: what is quick should not flicker.
export function Loading({ lines = 3, what = "Loading" }: { lines?: number; what?: string }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="stack" role="status" aria-label={what}>
      {late && Array.from({ length: lines }, (_, i) => <div key={i} className="skeleton loading-line" />)}
    </div>
  );
}

export function Field({ label, hint, wrong, children }: { label: ReactNode; hint?: ReactNode; wrong?: string | null; children: (ids: { id: string; "aria-describedby"?: string; "aria-invalid"?: boolean }) => ReactNode }) {
  const id = useId();
  const noteId = `${id}-note`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": hint || wrong ? noteId : undefined, "aria-invalid": wrong ? true : undefined })}
      {(wrong || hint) && (
        <p id={noteId} className={wrong ? "wrong" : "hint"}>
          {wrong || hint}
        </p>
      )}
    </div>
  );
}

// `<Bar>` sets widths through the DOM, which the content security policy allows.
export function Bar({ parts, label }: { parts: { value: number; color: string; name: string }[]; label: string }) {
  const all = parts.reduce((sum, part) => sum + part.value, 0);
  return (
    <div className="meter" role="img" aria-label={label}>
      {parts.map((part) => (
        <span key={part.name} style={{ width: `${all > 0 ? (100 * part.value) / all : 0}%`, background: part.color }} />
      ))}
    </div>
  );
}
