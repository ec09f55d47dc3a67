// A dry run: started, watched, read. What it says decides whether training is worth its money.
import { FlaskConical, RotateCw, Scale } from "lucide-react";
import { useDryRun, useDryRuns, useGrader } from "@/api/grading";
import type { DryRun } from "@/api/types";
import { reasonsOf } from "@/screens/actions";
import { useHere } from "@/screens/here";
import { stateOf } from "@/lib/dry-run";
import { ago, fixed2, sentence, words } from "@/lib/format";
import { noFilter, useUrl } from "@/lib/url";
import { Modal } from "@/ui/modal";
import { Badge, Button, Empty, Guarded, Loading, ProblemNotice, ReasonList } from "@/ui/parts";
import { Tabs } from "@/ui/tabs";
import { CompareRuns } from "./dryrun-compare";
import { Report } from "./dryrun-report";
import { Samples } from "./dryrun-samples";
import { StartRun } from "./dryrun-start";

const runName = (run: DryRun) => `${run.id} · ${run.verdict ?? words(run.state)}${run.mean === null ? "" : ` · mean ${fixed2(run.mean)}`} · grader v${run.grader_version} · ${ago(run.requested_at)}`;

export default function DryRunModal() {
  const here = useHere();
  const url = useUrl();
  const runs = useDryRuns(here.id, here.at);
  const grader = useGrader(here.id, here.at);
  const card = here.canvas.steps.find((one) => one.step === "dry_run")!;
  const items = runs.data?.items ?? [];
  const named = url.get("run");
  const run = items.find((one) => one.id === named) ?? (named === null ? items[0] : undefined);
  const report = useDryRun(here.id, here.at, run?.id ?? null);
  const tab = items.length === 0 ? "run" : url.get("tab");
  const blocked = items.length === 0 && card.blocked.length > 0;
  return (
    <Modal
      title="Dry run"
      size="large"
      tall={items.length > 0 && tab !== "run"}
      close={here.close}
      head={
        <>
          {run && <Badge state={stateOf(run)}>{run.verdict ?? words(run.state)}</Badge>}
          {items.length > 0 && (
            <select className="select small run-pick" aria-label="Which dry run" value={run?.id ?? ""} onChange={(event) => url.replace({ run: event.target.value, with: null, score: null, tab: tab === "run" ? null : tab })}>
              {!run && <option value="">{named}</option>}
              {items.map((one) => (
                <option key={one.id} value={one.id}>
                  {runName(one)}
                </option>
              ))}
            </select>
          )}
        </>
      }
      tabs={
        items.length > 0 && (
          <Tabs
            label="Dry run"
            value={tab}
            change={(to) => url.replace({ tab: to, score: null, topic: null })}
            panel="dryrun-part"
            tabs={[
              [null, "Results"],
              ["samples", "Samples"],
              ["compare", "Compare"],
              ["run", "New run"],
            ]}
          />
        )
      }
      foot={
        items.length > 0 &&
        tab !== "run" && (
          <>
            <span className="grow">{run && `${run.id}: asked for by event ${run.position}, seed ${run.seed}`}</span>
            <Button icon={<Scale size={15} aria-hidden />} onClick={() => here.open("grader", noFilter)}>
              Adjust grader
            </Button>
            <Guarded icon={<RotateCw size={15} aria-hidden />} reasons={here.readOnly} onClick={() => url.replace({ tab: "run" })}>
              Re-run…
            </Guarded>
          </>
        )
      }
    >
      <div id="dryrun-part" role={items.length > 0 ? "tabpanel" : undefined} aria-labelledby={items.length > 0 ? `tab-${tab ?? "first"}` : undefined} className="stack loose dryrun">
        {runs.isError && <ProblemNotice error={runs.error} retry={() => void runs.refetch()} />}
        {!runs.data && !runs.isError && <Loading lines={6} />}
        {runs.data && named !== null && !run && (
          <Empty title={`There is no dry run ${named} here`}>
            <Button onClick={() => url.replace({ run: null })}>Show the newest</Button>
          </Empty>
        )}
        {blocked && (
          <Empty icon={<FlaskConical size={32} aria-hidden />} title="Not yet">
            <p>A dry run grades a sample of answers, and says before money is spent whether training can learn from the scores.</p>
            {grader.data?.version === 0 ? (
              <>
                <p>{sentence(card.blocked[0].reason)}.</p>
                <Button className="primary" onClick={() => here.open("grader", noFilter)}>
                  Configure a grader
                </Button>
              </>
            ) : (
              <ReasonList reasons={reasonsOf(here, card)} />
            )}
          </Empty>
        )}
        {runs.data && !blocked && tab === "run" && <StartRun runs={items} grader={grader.data?.version ?? 0} started={(id) => url.replace({ run: id, tab: null, with: null })} />}
        {run && tab !== "run" && report.isError && <ProblemNotice error={report.error} retry={() => void report.refetch()} />}
        {run && tab !== "run" && !report.data && !report.isError && <Loading lines={8} />}
        {report.data && tab === null && <Report report={report.data} newest={grader.data?.version ?? 0} />}
        {report.data && tab === "samples" && <Samples report={report.data} />}
        {report.data && tab === "compare" && <CompareRuns report={report.data} runs={items} name={runName} />}
      </div>
    </Modal>
  );
}
