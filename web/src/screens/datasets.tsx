// All datasets: where each stands, and what can be done with it.
import { Boxes, Copy, Download, MoreHorizontal, Plus, Search, Settings2, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { address, write } from "@/api/client";
import { useDatasets } from "@/api/queries";
import type { Dataset, StepState } from "@/api/types";
import { upload } from "@/api/uploads";
import { ago, count, fixed2, fullTime, words } from "@/lib/format";
import { useKeys } from "@/lib/keys";
import { useTitle } from "@/lib/title";
import { dropsOn } from "@/lib/offered";
import { useUrl } from "@/lib/url";
import { DropMenu } from "@/ui/menu";
import { Badge, Button, Empty, Loading, ProblemNotice, StateIcon } from "@/ui/parts";
import { Tip } from "@/ui/tips";
import { tell, tellProblem } from "@/ui/toasts";
import { DeleteDialog, DuplicateDialog } from "./dataset-dialogs";
import { sampleFile, sampleObjective } from "./sample";
import { TopBar } from "./shell";
import { stepTitles } from "./steps";

const sorts = [
  ["-updated_at", "Updated last"],
  ["name", "Name"],
  ["balance", "Balance, lowest first"],
  ["-records", "Records, most first"],
];
const states: StepState[] = ["waiting", "ready", "processing", "complete", "attention", "failed"];

export function useSample() {
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const start = async (taken: Set<string>) => {
    setBusy(true);
    try {
      const file = await sampleFile();
      let name = "chess-tutor";
      for (let i = 2; taken.has(name); i += 1) name = `chess-tutor ${i}`;
      const { data } = await write<Dataset>("POST", "/datasets", { name, objective: sampleObjective });
      const { done } = upload({ dataset: data.id, name, file, mode: "append" });
      navigate(`/finetune/${data.id}`);
      const result = await done;
      tell("The sample is in", `${count(result.imported)} records: ${count(result.valid)} valid, ${count(result.invalid)} invalid on purpose.`);
    } catch (error) {
      tellProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return { busy, start };
}

export default function DatasetsScreen() {
  useTitle("Datasets");
  const url = useUrl();
  const [, navigate] = useLocation();
  const sort = url.get("sort") ?? "-updated_at";
  const datasets = useDatasets({ search: url.get("q"), status: url.get("status"), sort, limit: 200 });
  const sample = useSample();
  const items = datasets.data?.items ?? [];
  const searching = Boolean(url.get("q") || url.get("status"));
  const none = datasets.data !== undefined && items.length === 0 && !searching; // at all
  const names = new Set(items.map((one) => one.name));
  useKeys({ "/": () => document.getElementById("search")?.focus(), "g n": () => navigate("/finetune/new") });
  const chosen = items.find((one) => one.id === url.get("dataset"));
  const closeDialog = () => url.replace({ modal: null, dataset: null });
  return (
    <>
      <TopBar />
      <main className="page" {...dropsOn(() => navigate("/finetune/new"))}>
        <header className="page-head">
          <div className="grow">
            <h1>Datasets</h1>
            <p className="muted">From chat records to a model that does better, step by step.</p>
          </div>
          {!none && (
            <>
              <Button busy={sample.busy} onClick={() => void sample.start(names)} icon={<Boxes size={16} aria-hidden />}>
                Try the sample
              </Button>
              <Link href="/finetune/new" className="button primary">
                <Plus size={16} aria-hidden />
                New dataset
              </Link>
            </>
          )}
        </header>
        {!none && (
          <div className="list-tools">
            <div className="search grow">
              <Search size={15} aria-hidden />
              <input id="search" className="input" type="search" placeholder="Search name and objective" aria-label="Search datasets" defaultValue={url.get("q") ?? ""} onChange={(event) => url.replace({ q: event.target.value })} />
            </div>
            <select className="select" aria-label="Status" value={url.get("status") ?? ""} onChange={(event) => url.replace({ status: event.target.value })}>
              <option value="">Every status</option>
              {states.map((state) => (
                <option key={state} value={state}>
                  {words(state)}
                </option>
              ))}
            </select>
            <select className="select" aria-label="Sort by" value={sort} onChange={(event) => url.replace({ sort: event.target.value })}>
              {sorts.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </div>
        )}
        {datasets.isError && <ProblemNotice error={datasets.error} retry={() => void datasets.refetch()} />}
        {datasets.failureReason && !datasets.isError && <ProblemNotice error={datasets.failureReason} />}
        {datasets.isPending && !datasets.failureReason && <Loading lines={3} what="Loading datasets" />}
        {none && <FirstTime busy={sample.busy} start={() => void sample.start(names)} />}
        {datasets.data && items.length === 0 && searching && (
          <Empty icon={<Search size={30} aria-hidden />} title="No dataset matches">
            <p>Nothing has {url.get("q") ? `“${url.get("q")}” in its name or objective` : `the status ${url.get("status")}`}.</p>
            <Button onClick={() => { url.replace({ q: null, status: null }); const input = document.getElementById("search") as HTMLInputElement; input.value = ""; }}>Clear</Button>
          </Empty>
        )}
        {items.length > 0 && (
          <ul className="datasets" aria-label="Datasets">
            {items.map((one) => (
              <Row key={one.id} dataset={one} ask={(modal) => url.push({ modal, dataset: one.id })} />
            ))}
          </ul>
        )}
        {datasets.data?.next && <p className="muted small">The first {count(items.length)} of {count(datasets.data.total)}: search to find the others.</p>}
      </main>
      {chosen && url.get("modal") === "duplicate" && <DuplicateDialog dataset={chosen} close={closeDialog} />}
      {chosen && url.get("modal") === "delete" && <DeleteDialog dataset={chosen} close={closeDialog} done={closeDialog} />}
    </>
  );
}

function FirstTime({ busy, start }: { busy: boolean; start: () => void }) {
  return (
    <div className="panel first-time">
      <Empty icon={<Boxes size={36} aria-hidden />} title="No datasets yet">
        <p>
          A dataset takes chat records through seven steps: it finds their topics, shows what is missing, grades answers and trains on the scores. Every change is
          kept, so any moment can be looked at again.
        </p>
        <div className="row wrap">
          <Link href="/finetune/new" className="button primary">
            <Plus size={16} aria-hidden />
            New dataset
          </Link>
          <Button busy={busy} onClick={start} icon={<Boxes size={16} aria-hidden />}>
            Try the sample (chess tutor)
          </Button>
        </div>
      </Empty>
    </div>
  );
}

function Row({ dataset, ask }: { dataset: Dataset; ask: (modal: string) => void }) {
  const href = `/finetune/${dataset.id}`;
  const exportOf = (what: string) => address(`/datasets/${dataset.id}/export`, { what });
  const [, navigate] = useLocation();
  return (
    <li className="dataset panel">
      <div className="dataset-name">
        <Link href={href} className="strong clip block">
          {dataset.name}
        </Link>
        <p className="muted clip small">{dataset.objective.split("\n")[0]}</p>
      </div>
      <dl className="dataset-numbers">
        <div>
          <dt>Records</dt>
          <dd className="num">{count(dataset.records)}</dd>
        </div>
        <div>
          <dt>Topics</dt>
          <dd className="num">{count(dataset.topics)}</dd>
        </div>
        <div>
          <dt>Balance</dt>
          <dd className="num">{dataset.balance === null ? "–" : fixed2(dataset.balance)}</dd>
        </div>
      </dl>
      <ol className="dots" aria-label="Steps">
        {dataset.steps.map((step, i) => (
          <li key={step.step} data-state={step.state}>
            <Tip text={`${i + 1}. ${stepTitles[step.step]}: ${step.badge}`}>
              <span className="dot" role="img" aria-label={`${stepTitles[step.step]}: ${step.badge}`}>
                <StateIcon state={step.state} size={13} />
              </span>
            </Tip>
          </li>
        ))}
      </ol>
      <div className="dataset-status">
        <Badge state={dataset.status}>{words(dataset.status)}</Badge>
        <time className="muted small" dateTime={dataset.updated_at ?? ""} title={fullTime(dataset.updated_at)}>
          {ago(dataset.updated_at)}
        </time>
      </div>
      <DropMenu
        trigger={
          <button type="button" className="button quiet icon" aria-label={`Actions for ${dataset.name}`}>
            <MoreHorizontal size={17} aria-hidden />
          </button>
        }
        entries={[
          { label: "Settings", icon: <Settings2 size={15} aria-hidden />, act: () => navigate(`${href}/settings`) },
          { label: "Duplicate…", icon: <Copy size={15} aria-hidden />, act: () => ask("duplicate") },
          "line",
          { label: "Records as JSONL", icon: <Download size={15} aria-hidden />, href: exportOf("records") },
          { label: "Everything as one archive", icon: <Download size={15} aria-hidden />, href: exportOf("archive") },
          "line",
          { label: "Delete…", icon: <Trash2 size={15} aria-hidden />, danger: true, act: () => ask("delete") },
        ]}
      />
    </li>
  );
}
