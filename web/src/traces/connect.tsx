// How calls get here: the address to send to, how common senders are pointed at it, and a file of calls.
import { useQueryClient } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { useRef, useState } from "react";
import { Link } from "wouter";
import { sendFile } from "@/api/client";
import { type TracesImported, useTraceSources } from "@/api/traces";
import { count, plural } from "@/lib/format";
import { Button, CopyButton, Notice, ProblemNotice } from "@/ui/parts";
import { Tabs } from "@/ui/tabs";

export function Snippet({ name, text }: { name: string; text: string }) {
  return (
    <div className="snippet">
      <pre className="payload" tabIndex={0} role="region" aria-label={name}>
        {text}
      </pre>
      <CopyButton text={text} label={`Copy: ${name}`} />
    </div>
  );
}

interface Sender {
  id: string;
  name: string;
  note: string;
  text: (origin: string) => string;
}

const senders: Sender[] = [
  {
    id: "otel",
    name: "OpenTelemetry",
    note: "For whatever exports OTLP over HTTP: OpenLLMetry, OpenInference, the GenAI instrumentations. Without content capture a call has no messages and cannot become a record.",
    text: (origin) => `OTEL_EXPORTER_OTLP_ENDPOINT=${origin}
OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true
# where the daemon asks for a token:
# OTEL_EXPORTER_OTLP_HEADERS=Authorization=Bearer%20TOKEN`,
  },
  {
    id: "litellm",
    name: "LiteLLM",
    note: "The proxy tells of each call by its generic callback, with messages, tools, tokens and cost.",
    text: (origin) => `# config.yaml of the LiteLLM proxy
litellm_settings:
  callbacks: ["rftd"]
callback_settings:
  rftd:
    callback_type: generic_api
    endpoint: ${origin}/api/v1/traces/litellm`,
  },
  {
    id: "vercel",
    name: "Vercel AI SDK",
    note: "Telemetry of the SDK, exported by the OTLP exporter of your OpenTelemetry setup.",
    text: (origin) => `const result = await generateText({
  model, messages,
  experimental_telemetry: { isEnabled: true },
});
// environment: OTEL_EXPORTER_OTLP_ENDPOINT=${origin}`,
  },
  {
    id: "collector",
    name: "Collector",
    note: "A collector that you run already can send a copy of its spans here.",
    text: (origin) => `# configuration of the OpenTelemetry Collector
exporters:
  otlphttp/rftd:
    endpoint: ${origin}
service:
  pipelines:
    traces:
      exporters: [otlphttp/rftd]  # beside those you have`,
  },
];

// What one asks next; nothing here leads away from the page.
const questions = [
  ["Nothing shows?", "A call shows when its trace has been quiet for some seconds. A sender that is refused is told why in the answer: 401 wants a token, 413 sends smaller batches, 503 tries again later."],
  ["Calls without messages?", "Most libraries leave texts out until they are told to capture content. Such calls are kept and counted, but no record can be made of them."],
  ["Is a token needed?", "Where the daemon asks for one: “Authorization: Bearer TOKEN” with each request, the token of an editor."],
  ["How long are they kept?", "As the daemon's configuration says ([traces] max_days and max_bytes), the oldest go first. Datasets hold copies, and keep them."],
];

export function Connect({ heading = true }: { heading?: boolean }) {
  const { origin } = window.location;
  const endpoint = `${origin}/v1/traces`;
  const [tab, setTab] = useState<string | null>("otel");
  const sources = useTraceSources();
  const sender = senders.find((one) => one.id === tab)!;
  return (
    <section className="connect stack loose" aria-label="How calls get here">
      {heading && (
        <header className="stack">
          <h2>No calls yet</h2>
          <p className="muted">Point whatever runs your model calls at this address. Calls show here some seconds after they end.</p>
        </header>
      )}
      <div className="endpoint">
        <span className="chip" data-tone="accent">
          POST
        </span>
        <code className="clip grow">{endpoint}</code>
        <CopyButton text={endpoint} label="Copy the address" />
      </div>
      <div className="stack">
        <Tabs label="Sender" value={tab} change={setTab} tabs={senders.map((one) => [one.id, one.name])} panel="sender" />
        <div id="sender" role="tabpanel" aria-labelledby={`tab-${tab}`} className="stack">
          <p className="small muted">{sender.note}</p>
          <Snippet name={`Settings for ${sender.name}`} text={sender.text(origin)} />
        </div>
      </div>
      <CallFile />
      <p className="small muted">
        OTLP over HTTP in protobuf or JSON, plain or gzip; gRPC is not spoken. Log records go to <code>/v1/logs</code>.
        {sources.data && (
          <>
            {" "}
            Langfuse and vLLora are fetched by the daemon: see <Link href="/finetune/traces?tab=sources">Sources</Link>.
          </>
        )}
      </p>
      <dl className="answers small">
        {questions.map(([question, answer]) => (
          <div key={question}>
            <dt className="strong">{question}</dt>
            <dd className="muted">{answer}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

// Calls that were kept elsewhere, as a file.
function CallFile() {
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [result, setResult] = useState<TracesImported | null>(null);
  const send = async (file: File | undefined) => {
    if (!file) return;
    setBusy(true);
    setError(null);
    setResult(null);
    try {
      setResult(await sendFile<TracesImported>("/traces/import", file));
      await client.invalidateQueries({ queryKey: ["traces"] });
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="stack">
      <div className="row wrap">
        <input ref={input} type="file" className="unseen" tabIndex={-1} aria-label="File of calls" accept=".jsonl,.ndjson,.json,.gz,.zst" onChange={(event) => { void send(event.target.files?.[0]); event.target.value = ""; }} />
        <Button className="small" busy={busy} onClick={() => input.current?.click()} icon={<FileUp size={14} aria-hidden />}>
          Import a file of calls
        </Button>
        <span className="muted small">JSONL of LiteLLM payloads, Langfuse observations, vLLora spans or plain calls.</span>
      </div>
      {error !== null && <ProblemNotice error={error} />}
      {result && (
        <Notice tone={result.refused_total > 0 ? "warn" : "ok"}>
          <p className="strong">
            {plural(result.lines, "line")} read: {plural(result.calls, "call")}, {plural(result.spans, "span")}
            {result.not_calls > 0 && `, ${count(result.not_calls)} not of a model's call`}
          </p>
          {result.refused_total > 0 && (
            <ul className="small">
              {result.refused.slice(0, 5).map((one) => (
                <li key={one.line}>
                  Line {count(one.line)}: {one.error}
                </li>
              ))}
              {result.refused_total > 5 && <li className="muted">and {count(result.refused_total - 5)} more lines</li>}
            </ul>
          )}
        </Notice>
      )}
    </div>
  );
}
