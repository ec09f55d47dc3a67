// Where the daemon fetches traces itself: how each source does, and a pull at once.
import { useQueryClient } from "@tanstack/react-query";
import { CloudDownload, PlugZap } from "lucide-react";
import { useState } from "react";
import { write } from "@/api/client";
import { type TraceSource, useTraceSources } from "@/api/traces";
import type { StepState } from "@/api/types";
import { ago, count, duration, fullTime, plural } from "@/lib/format";
import { Badge, Button, Empty, Loading, Notice, ProblemNotice } from "@/ui/parts";
import { tellProblem } from "@/ui/toasts";
import { Snippet } from "./connect";

const tones: Record<TraceSource["state"], [StepState, string]> = {
  idle: ["complete", "Idle"],
  pulling: ["processing", "Pulling"],
  failing: ["failed", "Failing"],
  off: ["waiting", "When asked"],
};
const kinds = { langfuse: "Langfuse", vllora: "vLLora" };

export function Sources() {
  const sources = useTraceSources();
  if (sources.error) return <ProblemNotice error={sources.error} retry={() => void sources.refetch()} />;
  if (sources.data === undefined) return <Loading lines={3} what="Loading sources" />;
  if (sources.data === null) return <Notice tone="warn">This daemon fetches nothing itself; a newer one does. Calls can be sent to it, or imported from a file.</Notice>;
  const items = sources.data;
  return (
    <div className="stack loose">
      {items.length === 0 ? (
        <Empty icon={<PlugZap size={30} aria-hidden />} title="Nothing is fetched from elsewhere">
          <p>Langfuse and vLLora are asked by the daemon itself, as often as you say. Name one in the configuration file and start the daemon again.</p>
        </Empty>
      ) : (
        <ul className="stack">
          {items.map((source) => (
            <Source key={source.name} source={source} />
          ))}
        </ul>
      )}
      <details className="panel pad" open={items.length === 0}>
        <summary className="strong">How a source is configured</summary>
        <Snippet
          name="Configuration of a source"
          text={`# rftd.toml
[[trace_sources]]
name = "production"
kind = "langfuse"            # or "vllora"
base_url = "https://langfuse.example.org"
credential = "LANGFUSE_KEYS" # environment or systemd credential: "public:secret"
every_seconds = 60`}
        />
      </details>
    </div>
  );
}

function Source({ source }: { source: TraceSource }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [tone, word] = tones[source.state] ?? ["waiting", source.state];
  const pull = async () => {
    setBusy(true);
    try {
      await write("POST", `/traces/sources/${encodeURIComponent(source.name)}/pull`);
      await client.invalidateQueries({ queryKey: ["traces", "sources"] });
    } catch (problem) {
      tellProblem(problem);
    } finally {
      setBusy(false);
    }
  };
  const next = source.next_pull_at ? Date.parse(source.next_pull_at) - Date.now() : null;
  return (
    <li className="panel pad source">
      <div className="row wrap">
        <h2 className="h3">{source.name}</h2>
        <span className="chip">{kinds[source.kind] ?? source.kind}</span>
        <Badge state={tone}>{word}</Badge>
        <span className="grow" />
        <Button className="small" busy={busy || source.state === "pulling"} onClick={() => void pull()} icon={<CloudDownload size={14} aria-hidden />}>
          Pull now
        </Button>
      </div>
      <code className="muted small clip">{source.base_url}</code>
      <dl className="facts-row num">
        <div>
          <dt>Taken</dt>
          <dd>{plural(source.taken_total, "span")}</dd>
        </div>
        <div>
          <dt>Last pull</dt>
          <dd title={fullTime(source.last_pull_at)}>
            {ago(source.last_pull_at)}
            {source.last_taken !== null && `, ${count(source.last_taken)} taken`}
          </dd>
        </div>
        <div>
          <dt>Next</dt>
          <dd>{source.every_seconds === 0 && source.state !== "pulling" ? "when you ask" : source.state === "pulling" ? "now" : next === null ? "not planned" : next <= 1000 ? "now" : `in ${duration(Math.round(next / 1000) * 1000)}`}</dd>
        </div>
        <div>
          <dt>Read up to</dt>
          <dd>{source.watermark && !Number.isNaN(Date.parse(source.watermark)) ? fullTime(source.watermark) : (source.watermark ?? "the beginning")}</dd>
        </div>
      </dl>
      {source.last_error && (
        <Notice tone={source.state === "failing" ? "bad" : "warn"}>
          <p className="problem-text">{source.last_error}</p>
          {source.state === "failing" && <p className="small">{source.every_seconds > 0 ? "It is tried again by itself" : "Pull again when that is mended"}; nothing is lost meanwhile, since each pull begins before where the last one ended.</p>}
        </Notice>
      )}
    </li>
  );
}
