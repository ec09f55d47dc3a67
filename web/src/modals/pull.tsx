// More of what was traced: what came since the last pull, or another choice of calls; a count before anything happens.
import "@/styles/traces.css";
import { DownloadCloud, Filter } from "lucide-react";
import { useState } from "react";
import { write } from "@/api/client";
import { useDatasetInfo, useRun, useWritten } from "@/api/queries";
import { type Folding, type Pulled, type PullState, type TraceChoice, useTraceFacets } from "@/api/traces";
import { runTone } from "@/canvas/panel";
import { useHere } from "@/screens/here";
import { ago, count, fullTime, plural, words } from "@/lib/format";
import { filterWords } from "@/lib/trace-filter";
import { noFilter } from "@/lib/url";
import { useFilterHere } from "@/traces/filter-state";
import { TraceFilters } from "@/traces/filters";
import { FoldingChoice, Offer, usePullPreview } from "@/traces/offer";
import { Modal } from "@/ui/modal";
import { Badge, Button, Guarded, Loading, Notice, ProblemNotice } from "@/ui/parts";

export default function PullModal() {
  const here = useHere();
  const info = useDatasetInfo(here.id, null);
  if (info.data) return <Pull last={info.data.pull} />;
  return (
    <Modal title="Pull traces" close={here.close}>
      {info.error ? <ProblemNotice error={info.error} retry={() => void info.refetch()} /> : <Loading lines={4} />}
    </Modal>
  );
}

function Pull({ last }: { last: PullState | null }) {
  const here = useHere();
  const written = useWritten(here.id);
  const state = useFilterHere();
  const [again, setAgain] = useState(last !== null);
  const [folding, setFolding] = useState<Folding>((last?.folding as Folding | undefined) ?? "not_a_prefix");
  const [failed, setFailed] = useState(last?.with_failed ?? false);
  const [categorize, setCategorize] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [started, setStarted] = useState<Pulled | null>(null);
  const choice: TraceChoice | null = again ? null : { filter: state.filter, folding, with_failed: failed };
  const preview = usePullPreview(here.id, choice);
  const facets = useTraceFacets(state.filter, !again);
  const offered = preview.isPlaceholderData ? undefined : preview.data?.offered;
  const start = async () => {
    setBusy(true);
    setError(null);
    try {
      const answer = await write<Pulled>("POST", `/datasets/${here.id}/pull`, { ...choice, categorize });
      setStarted(answer.data);
      await written(answer);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  if (started) return <Pulling started={started} />;
  return (
    <Modal
      title={last ? "Pull new traces" : "Pull traces"}
      size={again ? "medium" : "large"}
      close={here.close}
      foot={
        <>
          <label className="row small grow">
            <input type="checkbox" className="check" checked={categorize} onChange={(event) => setCategorize(event.target.checked)} />
            Sort them into the topics afterwards
          </label>
          <Button onClick={here.close}>Cancel</Button>
          <Guarded className="primary" reasons={here.readOnly} busy={busy} disabled={!offered} onClick={() => void start()} icon={<DownloadCloud size={15} aria-hidden />}>
            {offered === undefined ? "Pull" : `Pull ${count(offered)}`}
          </Guarded>
        </>
      }
    >
      {last && (
        <div className="segments" role="radiogroup" aria-label="What to pull">
          {[true, false].map((one) => (
            <label key={String(one)} data-on={again === one || undefined}>
              <input type="radio" name="pull-what" className="unseen" checked={again === one} onChange={() => setAgain(one)} />
              {one ? "New since the last pull" : "Another choice"}
            </label>
          ))}
        </div>
      )}
      {again && last ? (
        <LastPull last={last} />
      ) : (
        <>
          <TraceFilters state={state} facets={facets.data} />
          <FoldingChoice value={folding} change={setFolding} failed={failed} setFailed={setFailed} />
        </>
      )}
      <Offer preview={preview} />
      {again && preview.data?.matching === 0 && <p className="muted small">Nothing new has come since. Calls arrive some seconds after they end.</p>}
      {error !== null && <ProblemNotice error={error} />}
    </Modal>
  );
}

function LastPull({ last }: { last: PullState }) {
  const said = last.filter ? filterWords(last.filter) : [];
  return (
    <section className="stack" aria-label="Last pull">
      <dl className="facts-row num">
        <div>
          <dt>Last pull</dt>
          <dd title={fullTime(last.pulled_at)}>{ago(last.pulled_at)}</dd>
        </div>
        <div>
          <dt>Up to call</dt>
          <dd>{last.watermark}</dd>
        </div>
        <div>
          <dt>Of a conversation</dt>
          <dd>{words(last.folding === "not_a_prefix" ? "what no later call repeats" : last.folding)}</dd>
        </div>
      </dl>
      <p className="row wrap small">
        <Filter size={13} aria-hidden />
        {said.length === 0 && <span className="muted">{last.filter ? "Every call" : "Calls that were chosen one by one"}</span>}
        {said.map(({ text }) => (
          <span key={text} className="chip">
            {text}
          </span>
        ))}
        {last.with_failed && <span className="chip">failed calls too</span>}
      </p>
    </section>
  );
}

// A pull that finds nothing to take starts no run.
function Pulling({ started }: { started: Pulled }) {
  const here = useHere();
  const run = useRun(here.id, null, started.run ?? null);
  const { data } = run;
  const nothing = !started.run;
  const ended = nothing || (data !== undefined && ["completed", "failed", "cancelled"].includes(data.state));
  return (
    <Modal
      title="Pull traces"
      close={here.close}
      head={data && <Badge state={runTone(data)}>{words(data.state)}</Badge>}
      foot={
        <>
          <span className="grow">{ended ? "" : "Closing this dialog does not stop the pull."}</span>
          <Button onClick={() => here.open("records", { ...noFilter, source: "trace" })}>View records</Button>
          <Button className="primary" onClick={here.close}>
            {ended ? "Done" : "Close"}
          </Button>
        </>
      }
    >
      {run.error && <ProblemNotice error={run.error} retry={() => void run.refetch()} />}
      {data?.error && <Notice tone="bad">{data.error}</Notice>}
      {nothing ? (
        <Notice tone="accent">Nothing new was there to be taken: the dataset has these calls already.</Notice>
      ) : data?.state === "completed" ? (
        <Notice tone="ok">
          <p className="strong">{plural(started.pulled ?? 0, "record")} pulled</p>
          <p className="small">They were checked as they came in. The next pull begins after them.</p>
        </Notice>
      ) : (
        !ended && (
          <div className="stack">
            <progress max={Math.max(1, data?.progress.total ?? 1)} value={data && data.progress.total > 0 ? data.progress.done : undefined} aria-label="Progress" />
            <p className="muted small num">{data && data.progress.total > 0 ? `${count(data.progress.done)} of ${count(data.progress.total)}` : `${plural(started.pulled ?? 0, "record")} on their way`}</p>
          </div>
        )
      )}
      <Offer preview={{ data: { matching: started.matching, offered: started.pulled ?? 0, skipped: started.skipped }, error: null, isPending: false, isPlaceholderData: false, refetch: () => undefined }} />
    </Modal>
  );
}
