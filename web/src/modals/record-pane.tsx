// One record: what was said, how it was judged, where it comes from, what happened to it.
import { ArrowUpRight, Pencil, Trash2, X } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { write } from "@/api/client";
import { useRecord, useTopics, useWritten } from "@/api/queries";
import { useTraceOf } from "@/api/traces";
import type { LogEvent, RecordFull, Topic } from "@/api/types";
import { lazily } from "@/lib/lazily";
import { useHere, useMoment } from "@/screens/here";
import { lineOf } from "@/lib/events";
import { clockTime, confidence, count, fixed2, fullTime, words } from "@/lib/format";
import { useUrl } from "@/lib/url";
import { AnswerView, LongText, type Message, MessageView } from "@/ui/messages";
import { Modal } from "@/ui/modal";
import { Button, CopyButton, Guarded, IconButton, Loading, Notice, ProblemNotice } from "@/ui/parts";
import { tell, tellProblem } from "@/ui/toasts";

const CodeEditor = lazily(() => import("@/ui/code-editor"), () => <Loading lines={6} />);

export function RecordPane({ record, names, close }: { record: string; names: Map<string, string>; close: () => void }) {
  const here = useHere();
  return (
    <aside className="pane" aria-label={`Record ${record}`}>
      <header className="pane-head">
        <h3 className="mono">{record}</h3>
        <Link href={`/finetune/${here.id}/records/${record}${here.at ? `?at=${here.at}` : ""}`} className="button quiet icon" aria-label="Open on a page of its own">
          <ArrowUpRight size={16} aria-hidden />
        </Link>
        <span className="grow" />
        <IconButton label="Close the record" onClick={close}>
          <X size={16} aria-hidden />
        </IconButton>
      </header>
      <RecordView record={record} names={names} gone={close} />
    </aside>
  );
}

const tabs = [
  ["messages", "Messages"],
  ["json", "JSON"],
  ["history", "History"],
];

export function RecordView({ record, names, gone }: { record: string; names: Map<string, string>; gone: () => void }) {
  const here = useHere();
  const url = useUrl();
  const { data, error, refetch } = useRecord(here.id, here.at, record);
  const tab = url.get("tab") ?? "messages";
  if (error) {
    return (
      <div className="pad">
        <ProblemNotice error={error} retry={() => void refetch()} />
      </div>
    );
  }
  if (!data) {
    return (
      <div className="pad">
        <Loading lines={4} />
      </div>
    );
  }
  return (
    <>
      <Facts record={data} names={names} gone={gone} />
      <div className="tabs" role="tablist" aria-label="Parts of the record">
        {tabs.map(([id, name]) => (
          <button key={id} type="button" role="tab" id={`record-tab-${id}`} aria-controls="record-part" className="tab" aria-selected={tab === id} onClick={() => url.replace({ tab: id === "messages" ? null : id })}>
            {name}
          </button>
        ))}
      </div>
      <div className="pane-body" id="record-part" role="tabpanel" aria-labelledby={`record-tab-${tab}`} tabIndex={0}>
        {tab === "messages" && <Messages record={data} />}
        {tab === "json" && <Json record={data} />}
        {tab === "history" && <Life record={data} />}
      </div>
    </>
  );
}

function leaves(topics: Topic[]): Topic[] {
  return topics.flatMap((topic) => (topic.children.length > 0 ? leaves(topic.children) : [topic]));
}

function Facts({ record, names, gone }: { record: RecordFull; names: Map<string, string>; gone: () => void }) {
  const here = useHere();
  const { position } = useMoment();
  const topics = useTopics(here.id, here.at);
  const written = useWritten(here.id);
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const path = `/datasets/${here.id}/records/${record.id}`;
  const setTopic = (topic: string) =>
    write("PATCH", path, { topic: topic === "" ? null : topic })
      .then(written)
      .catch(tellProblem);
  const remove = async () => {
    setBusy(true);
    try {
      await written(await write("DELETE", path));
      tell(`${record.id} deleted`, `It stays reachable at event ${count(position)}.`);
      gone();
    } catch (problem) {
      tellProblem(problem);
      setBusy(false);
      setAsking(false);
    }
  };
  return (
    <div className="facts">
      {record.valid === false && (
        <Notice tone="bad">
          <b>{words(record.code ?? "invalid")}</b>
          <p>{record.detail}</p>
          <p className="small">Invalid records are kept for review and left out of topics, coverage and training. Edit the JSON to mend it.</p>
        </Notice>
      )}
      <dl>
        <div>
          <dt>Topic</dt>
          <dd>
            {here.live && record.valid !== false && (topics.data?.topics.length ?? 0) > 0 ? (
              <select className="select small" aria-label="Topic" value={record.topic ?? ""} onChange={(event) => void setTopic(event.target.value)}>
                <option value="">Uncategorized</option>
                {leaves(topics.data?.topics ?? []).map((topic) => (
                  <option key={topic.id} value={topic.id}>
                    {topic.name}
                  </option>
                ))}
              </select>
            ) : record.topic ? (
              (names.get(record.topic) ?? record.topic)
            ) : (
              "–"
            )}
          </dd>
        </div>
        <div>
          <dt>Confidence</dt>
          <dd className="num">
            {record.confidence === null ? "–" : confidence(record.confidence)} {record.method && <span className="muted">by {record.method}</span>}
          </dd>
        </div>
        {record.runner_up && (
          <div>
            <dt>Runner-up</dt>
            <dd>{names.get(record.runner_up) ?? record.runner_up}</dd>
          </div>
        )}
        <div>
          <dt>Tokens</dt>
          <dd className="num">{record.tokens === null ? "not counted" : count(record.tokens)}</dd>
        </div>
        <div>
          <dt>Source</dt>
          <dd>{record.source === "trace" ? <TraceOf record={record} /> : <>{record.lineage.file ?? words(record.source)}, line <span className="num">{count(record.line)}</span></>}</dd>
        </div>
        {record.score !== null && (
          <div>
            <dt>Score</dt>
            <dd className="num">{fixed2(record.score)}</dd>
          </div>
        )}
        {record.duplicate_of && (
          <div>
            <dt>Duplicate of</dt>
            <dd className="mono">{record.duplicate_of}</dd>
          </div>
        )}
      </dl>
      <div className="row wrap">
        <EditButton />
        <Guarded className="small" reasons={here.readOnly} icon={<Trash2 size={14} aria-hidden />} onClick={() => setAsking(true)}>
          Delete…
        </Guarded>
      </div>
      {asking && (
        <Modal
          title={`Delete ${record.id}?`}
          size="small"
          close={() => setAsking(false)}
          foot={
            <>
              <span className="grow" />
              <Button onClick={() => setAsking(false)}>Cancel</Button>
              <Button className="danger" busy={busy} onClick={() => void remove()}>
                Delete
              </Button>
            </>
          }
        >
          <p>It leaves the dataset. The log keeps it: at event {count(position)} it is still there.</p>
        </Modal>
      )}
    </div>
  );
}

// A record of a call leads to it, for as long as the call is kept.
function TraceOf({ record }: { record: RecordFull }) {
  const metadata = (record.data as { metadata?: Record<string, unknown> } | null)?.metadata;
  const [trace, span, time, model] = ["trace_id", "span_id", "time", "model"].map((name) => (typeof metadata?.[name] === "string" ? (metadata[name] as string) : ""));
  const call = useTraceOf(trace && span && /^\d+$/.test(time) ? { trace_id: trace, span_id: span, time } : null);
  return (
    <>
      {call.data ? <Link href={`/finetune/traces?trace=${encodeURIComponent(call.data)}`}>The traced call</Link> : "A traced call"}
      {model && ` of ${model}`}
      {call.data === null && <span className="muted">, no longer kept</span>}
      {trace && <CopyButton text={trace} label="Copy the trace id" className="button quiet icon small" />}
    </>
  );
}

function EditButton() {
  const url = useUrl();
  const here = useHere();
  return (
    <Guarded className="small" reasons={here.readOnly} icon={<Pencil size={14} aria-hidden />} onClick={() => url.replace({ tab: "json" })}>
      Edit
    </Guarded>
  );
}

function messagesOf(data: unknown): { messages: Message[]; answer: unknown } | null {
  if (typeof data !== "object" || data === null) return null;
  const record = data as Record<string, unknown>;
  const input = record.input as Record<string, unknown> | undefined;
  const messages = Array.isArray(record.messages) ? record.messages : Array.isArray(input?.messages) ? input.messages : null;
  return messages ? { messages: messages as Message[], answer: record.output ?? null } : null;
}

function Messages({ record }: { record: RecordFull }) {
  const found = messagesOf(record.data);
  if (!found) return <LongText text={record.raw ?? JSON.stringify(record.data, null, 2)} />;
  const reference = (record.data as Record<string, unknown>).reference_answer;
  return (
    <ol className="messages">
      {found.messages.map((message, i) => (
        <MessageView key={i} message={message} />
      ))}
      {found.answer !== null && <AnswerView answer={found.answer} />}
      {reference !== undefined && <AnswerView answer={reference} name="Reference answer" role="reference" />}
    </ol>
  );
}

function whatIsWrong(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? null : "A record is one JSON object.";
  } catch (error) {
    return (error as Error).message;
  }
}

function Json({ record }: { record: RecordFull }) {
  const here = useHere();
  const written = useWritten(here.id);
  const before = record.raw ?? JSON.stringify(record.data, null, 2);
  const [text, setText] = useState(before);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const wrong = text === before ? null : whatIsWrong(text);
  const huge = before.length > 400_000;
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      const answer = await write("PATCH", `/datasets/${here.id}/records/${record.id}`, undefined, { raw: `{"data":${text}}` });
      await written(answer);
      tell(`${record.id} saved`, "It is checked again; its topic stays until the next categorization.");
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  if (huge || !here.live) return <LongText text={before} />;
  return (
    <div className="stack json-edit">
      <CodeEditor value={text} change={setText} language="json" label="The record as JSON" />
      {wrong && <p className="bad small" role="alert">{wrong}</p>}
      {error !== null && <ProblemNotice error={error} />}
      <div className="row">
        <Button className="primary small" busy={busy} disabled={text === before || wrong !== null} onClick={() => void save()}>
          Save
        </Button>
        {text !== before && (
          <Button className="small" onClick={() => setText(before)}>
            Undo changes
          </Button>
        )}
      </div>
    </div>
  );
}

function Life({ record }: { record: RecordFull }) {
  const here = useHere();
  return (
    <ol className="life">
      {[...record.events].reverse().map((event: LogEvent) => (
        <li key={event.position}>
          <button type="button" className="run-open" onClick={() => here.open("event", { event: event.position })}>
            <span className="chip num">{count(event.position)}</span>
            <span className="grow clip">{lineOf(event)}</span>
            <time className="muted small num" title={fullTime(event.time)}>
              {clockTime(event.time)}
            </time>
          </button>
        </li>
      ))}
    </ol>
  );
}
