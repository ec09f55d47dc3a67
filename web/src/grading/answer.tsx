// One answer and what the grader said of it.
import "@/styles/grading.css";
import { CircleX } from "lucide-react";
import { useState } from "react";
import type { Sample, TestedSample } from "@/api/types";
import { count, duration, fixed2 } from "@/lib/format";

export function Score({ value }: { value: number | null }) {
  if (value === null) return <span className="chip" data-tone="bad">no score</span>;
  return (
    <span className="score num" role="img" aria-label={`Score ${fixed2(value)}`}>
      <span className="score-track">
        <span style={{ width: `${100 * value}%` }} data-tone={value < 0.1 ? "bad" : value < 0.2 ? "warn" : "ok"} />
      </span>
      {fixed2(value)}
    </span>
  );
}

interface ToolCall {
  function?: { name?: string; arguments?: unknown };
}

export function answerText(sample: object | null): string {
  const { output_text: text, output_tools: tools } = (sample ?? {}) as { output_text?: string; output_tools?: ToolCall[] };
  const calls = (tools ?? []).map((call) => `${call.function?.name ?? "tool"}(${typeof call.function?.arguments === "string" ? call.function.arguments : JSON.stringify(call.function?.arguments ?? {})})`);
  return [text ?? "", ...calls].filter((part) => part !== "").join("\n");
}

export function itemText(item: object | null, field: string): string {
  const value = (item as Record<string, unknown> | null)?.[field];
  return value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 1);
}

// Text as text, long ones cut until they are asked for.
export function Cut({ text, most = 420, className = "" }: { text: string; most?: number; className?: string }) {
  const [all, setAll] = useState(false);
  return (
    <>
      <p className={`answer-text ${className}`}>{all || text.length <= most ? text : text.slice(0, most).trimEnd() + "…"}</p>
      {text.length > most && (
        <button type="button" className="button link small" onClick={() => setAll(!all)}>
          {all ? "Less" : "Show all"}
        </button>
      )}
    </>
  );
}

export function Answer({ sample, topic, open }: { sample: TestedSample & Partial<Sample>; topic?: string; open?: () => void }) {
  const reference = itemText(sample.item, "reference_answer");
  const text = answerText(sample.sample);
  return (
    <li className="answer" data-wrong={sample.error !== null || undefined}>
      <div className="row wrap">
        {open ? (
          <button type="button" className="button link mono small" onClick={open}>
            {sample.record}
          </button>
        ) : (
          <span className="mono small">{sample.record}</span>
        )}
        {topic && <span className="chip">{topic}</span>}
        {(sample.k ?? 0) > 0 && <span className="chip num">answer {(sample.k ?? 0) + 1}</span>}
        <span className="grow" />
        {sample.passed !== null && <span className="chip" data-tone={sample.passed ? "ok" : "warn"}>{sample.passed ? "passed" : "not passed"}</span>}
        <Score value={sample.score} />
      </div>
      {sample.error !== null && (
        <p className="answer-error small">
          <CircleX size={14} aria-hidden />
          <span>{sample.error}</span>
        </p>
      )}
      {sample.reason && <p className="answer-reason">{sample.reason}</p>}
      <dl className="answer-parts">
        <dt>Asked</dt>
        <dd>
          <Cut text={itemText(sample.item, "user_message")} most={220} />
        </dd>
        <dt>Answer</dt>
        <dd>{text ? <Cut text={text} /> : <span className="muted small">empty</span>}</dd>
        {reference && (
          <>
            <dt>Reference</dt>
            <dd>
              <Cut text={reference} most={220} />
            </dd>
          </>
        )}
        {sample.parts.map((part) => (
          <div key={part.name} className="answer-part">
            <dt className="clip">{part.name}</dt>
            <dd>{part.error ? <span className="bad small">{part.error}</span> : <Score value={part.score} />}</dd>
          </div>
        ))}
      </dl>
      {sample.console && (
        <details className="call">
          <summary>Log</summary>
          <pre className="message-text">{sample.console}</pre>
        </details>
      )}
      {sample.model && (
        <p className="small muted num">
          {sample.model} · {count(sample.output_tokens ?? 0)} tokens{sample.latency_ms ? ` · ${duration(sample.latency_ms)}` : ""}
          {sample.finish && sample.finish !== "stop" ? ` · ended by ${sample.finish}` : ""}
        </p>
      )}
    </li>
  );
}
