// The calls that the daemon has been told of: looked through, made into a dataset, fetched, erased.
import "@/styles/modals.css";
import "@/styles/traces.css";
import { useQueryClient } from "@tanstack/react-query";
import { Plus, RotateCw, Trash2 } from "lucide-react";
import { Link } from "wouter";
import { useTraceFacets, useTraceSources, useTraces } from "@/api/traces";
import { count, plural } from "@/lib/format";
import { useKeys } from "@/lib/keys";
import { useTitle } from "@/lib/title";
import { patched, useUrl } from "@/lib/url";
import { Connect } from "@/traces/connect";
import { DeleteTraces } from "@/traces/delete";
import { FacetPanel, HourHistogram } from "@/traces/facets";
import { useFilterInAddress } from "@/traces/filter-state";
import { TraceFilters } from "@/traces/filters";
import { NoMatch } from "@/traces/no-match";
import { TracePane } from "@/traces/pane";
import { Sources } from "@/traces/sources";
import { TraceTable } from "@/traces/table";
import { Button, IconButton, ProblemNotice } from "@/ui/parts";
import { Tabs } from "@/ui/tabs";
import { TopBar } from "./shell";

export default function TracesScreen() {
  useTitle("Traces");
  const url = useUrl();
  const tab = url.get("tab");
  const sources = useTraceSources();
  const tabs: [string | null, string][] = [[null, "Calls"], ["sources", "Sources"], ["connect", "Connect"]];
  useKeys({ "/": () => document.getElementById("search")?.focus() });
  return (
    <div className="canvas-page">
      <TopBar />
      <main className="traces">
        <header className="traces-head">
          <h1>Traces</h1>
          <Tabs label="Parts of this screen" value={tab} change={(next) => url.push({ tab: next, trace: null })} tabs={tabs.filter(([name]) => name !== "sources" || tab === "sources" || sources.data)} panel="traces-part" />
        </header>
        <div id="traces-part" role="tabpanel" aria-labelledby={`tab-${tab ?? "first"}`} className="traces-part">
          {tab === "sources" ? (
            <div className="traces-page">
              <Sources />
            </div>
          ) : tab === "connect" ? (
            <div className="traces-page panel pad">
              <Connect heading={false} />
            </div>
          ) : (
            <Calls />
          )}
        </div>
      </main>
    </div>
  );
}

function Calls() {
  const url = useUrl();
  const client = useQueryClient();
  const state = useFilterInAddress();
  const list = useTraces(state.filter);
  const facets = useTraceFacets(state.filter);
  const open = url.get("trace");
  const found = list.data?.pages[0];
  const total = found?.total;
  const arrived = facets.data && found && !facets.isPlaceholderData && !list.isPlaceholderData && found.total_is_exact !== false ? facets.data.total - found.total : 0;
  const refresh = () => {
    state.again();
    void client.resetQueries({ queryKey: ["traces", "list"] });
    void client.invalidateQueries({ queryKey: ["traces", "facets"] });
  };
  if (list.isError && !list.data) {
    return (
      <div className="traces-page">
        <ProblemNotice error={list.error} retry={() => void list.refetch()} />
      </div>
    );
  }
  if (found?.kept === 0 && (facets.data?.kept ?? 0) === 0) {
    return (
      <div className="traces-page panel pad">
        <Connect />
        {(facets.data?.waiting.traces ?? 0) > 0 && <p role="status">{plural(facets.data!.waiting.traces, "trace")} came in and will show in a moment.</p>}
      </div>
    );
  }
  const create = `/finetune/new${patched(window.location.search, { mode: "traces", trace: null, tab: null, modal: null, part: null })}`;
  return (
    <>
      <div className="traces-tools">
        <TraceFilters state={state} facets={facets.data} />
        <div className="row traces-actions">
          <p className="muted num" role="status">
            {found ? `${count(found.total)}${found.total_is_exact === false ? "+" : ""} of ${plural(found.kept, "call")}` : "…"}
          </p>
          {arrived > 0 && (
            <Button className="link small" onClick={refresh}>
              {count(arrived)} new – show
            </Button>
          )}
          <span className="grow" />
          <IconButton label="Ask again" onClick={refresh}>
            <RotateCw size={15} aria-hidden />
          </IconButton>
          <Button className="small" disabled={!total} onClick={() => url.push({ modal: "erase" })} icon={<Trash2 size={14} aria-hidden />}>
            Erase…
          </Button>
          {total !== 0 && (
            <Link href={create} className="button primary small">
              <Plus size={14} aria-hidden />
              New dataset from these
            </Link>
          )}
        </div>
      </div>
      {list.isError && list.data && !list.isFetchNextPageError && (
        <div className="pad-narrow">
          <ProblemNotice error={list.error} retry={() => void list.refetch()} />
        </div>
      )}
      <div className="traces-body" data-open={open || undefined}>
        {facets.data ? <FacetPanel facets={facets.data} state={state} /> : <aside className="facets" aria-label="What matches">{facets.error && <ProblemNotice error={facets.error} retry={() => void facets.refetch()} />}</aside>}
        <div className="traces-list">
          {facets.data && <HourHistogram facets={facets.data} state={state} />}
          {total === 0 ? <NoMatch state={state} /> : <TraceTable list={list} open={open} show={(id) => (open ? url.replace({ trace: id }) : url.push({ trace: id }))} />}
        </div>
        {open && <TracePane key={open} id={open} state={state} close={() => url.replace({ trace: null, part: null })} />}
      </div>
      {url.get("modal") === "erase" && total !== undefined && total > 0 && <DeleteTraces filter={state.filter} matching={total} close={() => url.replace({ modal: null })} />}
    </>
  );
}
