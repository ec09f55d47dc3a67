// What a choice of calls gives a dataset: how conversations are folded, how many records that makes, what is left out
// and why, and what the calls have in common.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import { write } from "@/api/client";
import type { Folding, Pulled, Skipped, TraceChoice, TracePreview } from "@/api/traces";
import { count, percent, plural } from "@/lib/format";
import { reasonText } from "@/lib/trace-filter";
import { Button, Loading, ProblemNotice } from "@/ui/parts";

const foldings: { id: Folding; name: string; why: string }[] = [
  { id: "not_a_prefix", name: "Whole conversations", why: "Each turn of a chat sends what was said before. A call whose messages a later call repeats is left out, so nothing counts twice." },
  { id: "last_of_session", name: "Last call of a session", why: "One record for each session, or thread, or trace: its newest call." },
  { id: "every_call", name: "Every call", why: "Each turn is a record of its own. Long conversations weigh more, because their beginnings come again and again." },
];

export function FoldingChoice({ value, change, failed, setFailed, disabled }: { value: Folding; change: (folding: Folding) => void; failed: boolean; setFailed: (failed: boolean) => void; disabled?: boolean }) {
  const chosen = foldings.find((one) => one.id === value)!;
  return (
    <fieldset className="plain stack" disabled={disabled}>
      <legend className="label">Which calls of a conversation</legend>
      <div className="segments" role="radiogroup" aria-label="Which calls of a conversation">
        {foldings.map(({ id, name }) => (
          <label key={id} data-on={value === id || undefined}>
            <input type="radio" name="folding" className="unseen" checked={value === id} onChange={() => change(id)} />
            {name}
          </label>
        ))}
      </div>
      <p className="muted small">{chosen.why}</p>
      <label className="checkline small">
        <input type="checkbox" className="check" checked={failed} onChange={(event) => setFailed(event.target.checked)} />
        <span>Take failed calls too, as prompts without a recorded answer</span>
      </label>
    </fieldset>
  );
}

// What would be offered; asked anew when the choice changes.
export const usePreviewOf = (choice: TraceChoice, enabled: boolean) =>
  useQuery({
    queryKey: ["traces", "preview", choice],
    queryFn: async () => (await write<TracePreview>("POST", "/traces/preview", { ...choice, limit: 5 })).data,
    placeholderData: keepPreviousData,
    enabled,
    staleTime: 10_000,
  });
export const usePullPreview = (dataset: string, choice: TraceChoice | null) =>
  useQuery({
    queryKey: ["traces", "pull", dataset, choice],
    queryFn: async () => (await write<Pulled>("POST", `/datasets/${encodeURIComponent(dataset)}/pull`, choice ?? {}, { query: { preview: true } })).data,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  });

interface OfferProps {
  preview: { data?: { matching: number; offered?: number; skipped: Skipped }; error: unknown; isPending: boolean; isPlaceholderData: boolean; refetch: () => unknown };
}

export function Offer({ preview }: OfferProps) {
  const { data, error } = preview;
  if (error) return <ProblemNotice error={error} retry={() => void preview.refetch()} />;
  if (!data) return <Loading lines={2} what="Counting" />;
  const offered = data.offered ?? 0;
  const skipped = Object.entries(data.skipped)
    .filter(([, number]) => number > 0)
    .sort((a, b) => b[1] - a[1]);
  return (
    <section className="offer" aria-label="What the dataset gets" data-old={preview.isPlaceholderData || undefined}>
      <p className="offer-sum" role="status">
        <b className="num">{count(offered)}</b> {offered === 1 ? "record" : "records"} <span className="muted">from {plural(data.matching, "call")}</span>
      </p>
      {data.matching > 0 && <OfferBar offered={offered} skipped={skipped} matching={data.matching} />}
      {skipped.length > 0 && (
        <ul className="offer-skipped small" aria-label="Left out">
          {skipped.map(([reason, number]) => (
            <li key={reason}>
              <span className="num">{count(number)}</span> <span className="muted">{reasonText(reason)}</span>
            </li>
          ))}
        </ul>
      )}
      {data.matching > 0 && offered === 0 && <p className="small warn">Nothing would come in. Another folding or a wider filter gives more.</p>}
    </section>
  );
}

function OfferBar({ offered, skipped, matching }: { offered: number; skipped: [string, number][]; matching: number }) {
  const left = skipped.reduce((sum, [, number]) => sum + number, 0);
  return (
    <div className="meter" role="img" aria-label={`${percent(offered, matching)} of the calls become records, ${percent(left, matching)} are left out`}>
      <span style={{ width: `${(100 * offered) / Math.max(1, offered + left)}%` }} />
    </div>
  );
}

export interface Named {
  name: string;
  objective: string;
}

// What the calls have in common. It suggests; what somebody has typed stays.
export function PatternCard({ pattern, typed, use }: { pattern: TracePreview["pattern"]; typed: Named; use: (filled: Named) => void }) {
  const name = pattern.suggested_name || "";
  const objective = pattern.suggested_objective || "";
  const empty = { name: typed.name.trim() === "" && name !== "", objective: typed.objective.trim() === "" && objective !== "" };
  const fills = [empty.name && "name", empty.objective && "objective"].filter(Boolean).join(" and ");
  if (!pattern.system_prompt && pattern.tools.length === 0 && !name) return null;
  return (
    <section className="pattern stack" aria-label="What these calls have in common">
      <h2 className="row h3">
        <Sparkles size={15} aria-hidden />
        What these calls have in common
      </h2>
      {pattern.system_prompt && (
        <div>
          <p className="small muted">System prompt of {percent(Math.round(pattern.system_prompt_share * 1000), 1000)} of them</p>
          <pre className="pattern-prompt" tabIndex={0} role="region" aria-label="System prompt">
            {pattern.system_prompt}
          </pre>
        </div>
      )}
      {(pattern.tools.length > 0 || pattern.models.length > 0) && (
        <ul className="row wrap">
          {pattern.models.slice(0, 4).map((one) => (
            <li key={`m${one.value}`} className="chip">
              {one.value} <span className="num">{count(one.count)}</span>
            </li>
          ))}
          {pattern.tools.slice(0, 6).map((one) => (
            <li key={`t${one.name}`} className="chip" data-tone="accent">
              {one.name}() <span className="num">{count(one.count)}</span>
            </li>
          ))}
        </ul>
      )}
      {name && (
        <dl className="pattern-suggests small">
          <dt className="muted">Name</dt>
          <dd>{name}</dd>
          {objective && (
            <>
              <dt className="muted">Objective</dt>
              <dd>{objective}</dd>
            </>
          )}
        </dl>
      )}
      {fills && (
        <Button className="small" onClick={() => use({ name: empty.name ? name : typed.name, objective: empty.objective ? objective : typed.objective })}>
          Fill in the {fills}
        </Button>
      )}
    </section>
  );
}
