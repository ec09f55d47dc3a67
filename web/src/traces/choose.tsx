// The calls that a new dataset is made of: filtered, picked, and what that gives.
import "@/styles/modals.css";
import "@/styles/traces.css";
import { Link } from "wouter";
import { type Folding, type TraceChoice, useTraceFacets, useTraces } from "@/api/traces";
import { count } from "@/lib/format";
import { Button, ProblemNotice } from "@/ui/parts";
import { Connect } from "./connect";
import type { FilterState } from "./filter-state";
import { TraceFilters } from "./filters";
import { NoMatch } from "./no-match";
import { FoldingChoice, Offer, type usePreviewOf } from "./offer";
import { allPicked, nonePicked, type Picked, TraceTable } from "./table";

export interface Choosing {
  picked: Picked;
  folding: Folding;
  failed: boolean;
}
export const choosingFirst: Choosing = { picked: allPicked, folding: "not_a_prefix", failed: false };

export function choiceOf(state: FilterState, { picked, folding, failed }: Choosing): TraceChoice {
  return { filter: state.filter, ...(picked.all ? {} : { ids: [...picked.ids] }), folding, with_failed: failed };
}

interface Props {
  state: FilterState;
  choosing: Choosing;
  choose: (choosing: Choosing) => void;
  preview: ReturnType<typeof usePreviewOf>;
}

export function ChooseTraces({ state, choosing, choose, preview }: Props) {
  const list = useTraces(state.filter);
  const facets = useTraceFacets(state.filter);
  const { picked } = choosing;
  const found = list.data?.pages[0];
  if (list.isError && !list.data) return <ProblemNotice error={list.error} retry={() => void list.refetch()} />;
  if (found?.kept === 0 && (facets.data?.kept ?? 0) === 0) return <Connect />;
  const selected = picked.all ? (found?.total ?? 0) : picked.ids.size;
  return (
    <div className="stack">
      <TraceFilters state={state} facets={facets.data} />
      <div className="row wrap small">
        <p className="num" role="status">
          Matching <b>{found ? count(found.total) : "…"}</b> of {found ? count(found.kept) : "…"} · <b>{count(selected)}</b> selected
        </p>
        {!picked.all && found && found.total > 0 && (
          <Button className="link small" onClick={() => choose({ ...choosing, picked: allPicked })}>
            Select all {count(found.total)} matching
          </Button>
        )}
        {selected > 0 && (
          <Button className="link small" onClick={() => choose({ ...choosing, picked: nonePicked })}>
            Select none
          </Button>
        )}
        <span className="grow" />
        <Link href={`/finetune/traces${window.location.search}`}>Look at them in Traces</Link>
      </div>
      {found?.total === 0 ? <NoMatch state={state} /> : <TraceTable list={list} picked={picked} pick={(next) => choose({ ...choosing, picked: next })} />}
      {found && found.total > 0 && (
        <div className="choose-foot">
          <FoldingChoice value={choosing.folding} change={(folding) => choose({ ...choosing, folding })} failed={choosing.failed} setFailed={(failed) => choose({ ...choosing, failed })} />
          {selected > 0 ? <Offer preview={preview} /> : <p className="muted small">Nothing is selected: pick calls above, or all that match.</p>}
        </div>
      )}
    </div>
  );
}
