// One call of a model: what was said, with which tools, how long it took and what it cost, and what a dataset would get.
import { X } from "lucide-react";
import { type Trace, useTrace } from "@/api/traces";
import { count, duration, fullTime, words } from "@/lib/format";
import { reasonText } from "@/lib/trace-filter";
import { useUrl } from "@/lib/url";
import { AnswerView, LongText, type Message, MessageView } from "@/ui/messages";
import { CopyButton, IconButton, Loading, Notice, ProblemNotice } from "@/ui/parts";
import { Tabs } from "@/ui/tabs";
import { helpOfProblem } from "./facets";
import type { FilterState } from "./filter-state";
import { CallStatus } from "./table";

export function TracePane({ id, state, close }: { id: string; state: FilterState; close: () => void }) {
  const url = useUrl();
  const trace = useTrace(id);
  const { data } = trace;
  const part = url.get("part") ?? "messages";
  const tools = Array.isArray(data?.tools) ? data.tools : [];
  const tabs: [string | null, string][] = [
    ["messages", "Messages"],
    ["tools", `Tools${tools.length > 0 ? ` (${count(tools.length)})` : ""}`],
    ["spans", `Spans${data ? ` (${count(data.spans.length)})` : ""}`],
    ["record", "Record"],
  ];
  return (
    <aside className="pane" aria-label="One call">
      <header className="pane-head">
        <h2 className="pane-title clip">{data?.model || "Call"}</h2>
        {data && <CallStatus call={data} />}
        <span className="grow" />
        {data && <CopyButton text={data.trace_id} label="Copy the trace id" />}
        <IconButton label="Close the call" onClick={close}>
          <X size={16} aria-hidden />
        </IconButton>
      </header>
      {trace.error ? (
        <div className="pad">
          <ProblemNotice error={trace.error} retry={() => void trace.refetch()} />
        </div>
      ) : !data ? (
        <div className="pad">
          <Loading lines={4} />
        </div>
      ) : (
        <>
          <Facts trace={data} state={state} />
          <Tabs label="Parts of the call" value={part} change={(next) => url.replace({ part: next === "messages" ? null : next })} tabs={tabs} panel="trace-part" />
          <div className="pane-body" id="trace-part" role="tabpanel" aria-labelledby={`tab-${part}`} tabIndex={0}>
            {part === "messages" && <Conversation trace={data} />}
            {part === "tools" && <ToolList tools={tools} choice={data.tool_choice} />}
            {part === "spans" && <Spans trace={data} />}
            {part === "record" && <AsRecord trace={data} />}
          </div>
        </>
      )}
    </aside>
  );
}

function Facts({ trace, state }: { trace: Trace; state: FilterState }) {
  const conversation = trace.session || trace.thread;
  const tokens = (number: number | null, part: number | null, word: string) => (number === null ? null : count(number) + (part ? ` (${count(part)} ${word})` : ""));
  const facts: [string, string | null][] = [
    ["Time", fullTime(trace.time)],
    ["Took", trace.latency_ms === null ? null : duration(trace.latency_ms) + (trace.first_token_ms === null ? "" : `, first token after ${duration(trace.first_token_ms)}`)],
    ["Tokens in", tokens(trace.tokens_in, trace.tokens_cached, "cached")],
    ["Tokens out", tokens(trace.tokens_out, trace.tokens_reasoning, "reasoning")],
    ["Cost", trace.cost_usd === null ? null : `$${trace.cost_usd.toPrecision(3)}`],
    ["Provider", trace.provider],
    ["Asked for", trace.model_asked && trace.model_asked !== trace.model ? trace.model_asked : null],
    ["Ended", trace.finish_reason],
    ["User", trace.user],
    ["Dialect", trace.dialect],
  ];
  return (
    <div className="facts">
      {trace.status === "error" && (
        <Notice tone="bad">
          <b>The call failed</b>
          <p className="problem-text">{trace.error || "Nobody said why."}</p>
        </Notice>
      )}
      <dl>
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt>{name}</dt>
                <dd className="num">{value}</dd>
              </div>
            ),
        )}
        {conversation && (
          <div>
            <dt>{trace.session ? "Session" : "Thread"}</dt>
            <dd>
              <button type="button" className="button link" onClick={() => state.change({ session: conversation })}>
                {conversation}
              </button>
            </dd>
          </div>
        )}
        {trace.labels.length > 0 && (
          <div>
            <dt>Labels</dt>
            <dd className="row wrap">
              {trace.labels.map((label) => (
                <button key={label} type="button" className="chip" onClick={() => state.change({ label })}>
                  {label}
                </button>
              ))}
            </dd>
          </div>
        )}
      </dl>
      {trace.problems.length > 0 && (
        <Notice tone="warn">
          <ul>
            {trace.problems.map((one) => (
              <li key={one.problem + one.attribute}>
                <b>{words(one.problem)}</b>
                {one.attribute && (
                  <>
                    {" "}
                    in <code>{one.attribute}</code>
                  </>
                )}
                . {helpOfProblem(one.problem)}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}

function Conversation({ trace }: { trace: Trace }) {
  return (
    <ol className="messages">
      {trace.messages.length === 0 && <li className="muted">Its messages were not recorded. The instrumentation has to be told to capture content.</li>}
      {trace.messages.map((message, i) => (
        <MessageView key={i} message={message as Message} />
      ))}
      {trace.output !== null && trace.output !== undefined && <AnswerView answer={trace.output} name="Answer" />}
      {trace.other_answers > 0 && <li className="muted small">{count(trace.other_answers)} more answers to the same call are not kept.</li>}
    </ol>
  );
}

interface Tool {
  function?: { name?: string; description?: string; parameters?: unknown };
  name?: string;
}

function ToolList({ tools, choice }: { tools: unknown[]; choice: unknown }) {
  if (tools.length === 0) return <p className="muted">The model was offered no tools.</p>;
  return (
    <div className="stack">
      {choice !== null && choice !== undefined && (
        <p className="small">
          Choice: <code>{typeof choice === "string" ? choice : JSON.stringify(choice)}</code>
        </p>
      )}
      {(tools as Tool[]).map((tool, i) => (
        <details key={i} className="call" open={tools.length <= 3}>
          <summary>
            <b>{tool.function?.name ?? tool.name ?? `tool ${i + 1}`}</b> <span className="muted">{tool.function?.description}</span>
          </summary>
          <LongText text={JSON.stringify(tool.function?.parameters ?? tool, null, 2)} />
        </details>
      ))}
    </div>
  );
}

const spansShown = 300;

function Spans({ trace }: { trace: Trace }) {
  // What nobody told the times of stands where the call does.
  const at = (time: string | null) => Date.parse(time ?? trace.time);
  const spans = [...trace.spans].sort((a, b) => at(a.start) - at(b.start));
  const times = spans.map((span) => [at(span.start), at(span.end ?? span.start)]);
  const begin = Math.min(...times.map(([start]) => start));
  const all = Math.max(1, Math.max(...times.map(([, end]) => end)) - begin);
  const parents = new Map(spans.map((one) => [one.span_id, one.parent_span_id]));
  const depth = (id: string, seen = 0): number => {
    const parent = parents.get(id);
    return seen < 12 && parent && parents.has(parent) ? depth(parent, seen + 1) + 1 : 0;
  };
  return (
    <>
      <ol className="spans" aria-label="Spans of the trace">
        {spans.slice(0, spansShown).map((span, i) => (
          <li key={span.span_id} data-call={span.is_call || undefined}>
            <span className="clip" style={{ paddingLeft: `${depth(span.span_id) * 14}px` }} title={span.name}>
              {span.name}
            </span>
            <span className="span-track" aria-hidden>
              <span style={{ left: `${(100 * (times[i][0] - begin)) / all}%`, width: `${Math.max(0.8, (100 * (times[i][1] - times[i][0])) / all)}%` }} />
            </span>
            <span className="num small muted right">{span.start && span.end ? duration(times[i][1] - times[i][0]) : "–"}</span>
          </li>
        ))}
      </ol>
      {trace.spans.length > spansShown && <p className="muted small">The first {spansShown} of {count(trace.spans.length)}.</p>}
      <p className="row small muted trace-id">
        Trace <code>{trace.trace_id}</code>
      </p>
    </>
  );
}

function AsRecord({ trace }: { trace: Trace }) {
  if (!trace.record) {
    return (
      <Notice tone="warn">
        A dataset leaves this call out{trace.skip ? `: it counts among those ${reasonText(trace.skip)}` : ""}.
      </Notice>
    );
  }
  const text = JSON.stringify(trace.record, null, 2);
  return (
    <div className="stack">
      <div className="row">
        <p className="muted small grow">What a dataset gets of this call. An error is left out unless asked for.</p>
        <CopyButton text={JSON.stringify(trace.record)} label="Copy as one line of JSONL" />
      </div>
      <pre className="payload">{text.length > 100_000 ? `${text.slice(0, 100_000)}…` : text}</pre>
    </div>
  );
}
