// One run: what it does or did, how far, why, and what ended it.
import { useRun } from "@/api/queries";
import { useHere } from "@/screens/here";
import { runTone, RunLine } from "@/canvas/panel";
import { count, duration, fullTime, words } from "@/lib/format";
import { useUrl } from "@/lib/url";
import { Modal } from "@/ui/modal";
import { Badge, Button, Loading, Notice, ProblemNotice } from "@/ui/parts";

export default function RunModal() {
  const here = useHere();
  const url = useUrl();
  const run = useRun(here.id, here.at, url.get("run"));
  const data = run.data;
  return (
    <Modal title={data ? `${words(data.step)} · ${data.id}` : "Run"} close={here.close} head={data && <Badge state={runTone(data)}>{words(data.state)}</Badge>}>
      {run.isError && <ProblemNotice error={run.error} retry={() => void run.refetch()} />}
      {run.isPending && <Loading lines={4} />}
      {data && (
        <>
          {data.error && <Notice tone={data.state === "failed" ? "bad" : "warn"}>{data.error}</Notice>}
          {["requested", "running", "waiting_retry", "parked"].includes(data.state) && (
            <>
              <progress max={Math.max(1, data.progress.total)} value={data.progress.total > 0 ? data.progress.done : undefined} aria-label="Progress" />
              <ul>
                <RunLine run={data} />
              </ul>
            </>
          )}
          <dl className="pairs num">
            <dt>Because</dt>
            <dd>{data.cause}</dd>
            <dt>Requested</dt>
            <dd>
              {fullTime(data.requested_at)}, by{" "}
              <Button className="link" onClick={() => here.open("event", { run: null, event: data.position })}>
                event {count(data.position)}
              </Button>
            </dd>
            <dt>Ended</dt>
            <dd>{data.ended_at ? `${fullTime(data.ended_at)}, after ${duration(Date.parse(data.ended_at) - Date.parse(data.started_at ?? data.ended_at))}` : "not yet"}</dd>
            <dt>Progress</dt>
            <dd>
              {data.progress.total > 0 ? `${count(data.progress.done)} of ${count(data.progress.total)}` : "–"} {data.progress.stage && `· ${data.progress.stage}`}
            </dd>
            <dt>Attempt</dt>
            <dd>{data.attempt}</dd>
            <dt>Seed</dt>
            <dd>{data.seed}</dd>
            {data.result && "file" in data.result && (
              <>
                <dt>File</dt>
                <dd>
                  {data.result.file} ({data.result.mode})
                </dd>
                <dt>Lines</dt>
                <dd>
                  {count(data.result.lines)}: {count(data.result.valid)} valid, {count(data.result.invalid)} invalid, {count(data.result.duplicates)} duplicates
                </dd>
              </>
            )}
            {data.result && "calls" in data.result && (
              <>
                <dt>Calls</dt>
                <dd>
                  {count(data.result.calls)} of a model, {count(data.result.input_tokens + data.result.output_tokens)} tokens
                </dd>
              </>
            )}
          </dl>
        </>
      )}
    </Modal>
  );
}
