// What the calls that match are like: how many there were when, and of what kind. Pressing a value filters by it.
import { useRef, useState, type PointerEvent } from "react";
import type { Counted, TraceFacets } from "@/api/traces";
import { ago, bytes, count, fullTime, plural, words } from "@/lib/format";
import { listOf, listText } from "@/lib/trace-filter";
import type { FilterState } from "./filter-state";

interface PartProps {
  facets: TraceFacets;
  state: FilterState;
}

const shown = 8; // values of a kind, before the rest is asked for

export function FacetPanel({ facets, state }: PartProps) {
  const one = (name: string, value: string) => state.change({ [name]: state.get(name) === value ? null : value });
  const several = (name: string, value: string) => {
    const chosen = listOf(state.get(name));
    state.change({ [name]: listText(chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value]) });
  };
  const problems = Object.entries(facets.problems).filter(([, number]) => number > 0);
  return (
    <aside className="facets" aria-label="What matches">
      <Facet name="Model" values={facets.models} chosen={listOf(state.get("model"))} press={(value) => several("model", value)} />
      <Facet name="Status" values={facets.statuses} chosen={listOf(state.get("status"))} press={(value) => one("status", value)} text={(value) => (value === "error" ? "Failed" : value === "ok" ? "Succeeded" : value)} />
      <Facet name="Provider" values={facets.providers} chosen={listOf(state.get("provider"))} press={(value) => several("provider", value)} />
      <Facet name="Label" values={facets.labels} chosen={listOf(state.get("label"))} press={(value) => several("label", value)} />
      <Facet name="Dialect" values={facets.dialects} chosen={listOf(state.get("dialect"))} press={(value) => one("dialect", value)} />
      <section className="facet">
        <h2 className="tag">Store</h2>
        <dl className="facet-facts small">
          <dt>Calls kept</dt>
          <dd className="num">{count(facets.kept)}</dd>
          <dt>On disk</dt>
          <dd className="num">{bytes(facets.bytes)}</dd>
          {facets.oldest && (
            <>
              <dt>Oldest</dt>
              <dd title={fullTime(facets.oldest)}>{ago(facets.oldest)}</dd>
            </>
          )}
          {facets.waiting.spans + facets.waiting.log_records > 0 && (
            <>
              <dt title="Spans whose trace is still being told of">Being put together</dt>
              <dd className="num">{plural(facets.waiting.spans + facets.waiting.log_records, "span")}</dd>
            </>
          )}
        </dl>
      </section>
      {problems.length > 0 && (
        <section className="facet">
          <h2 className="tag">Noticed since the start</h2>
          <dl className="facet-facts small">
            {problems.map(([name, number]) => (
              <ProblemCount key={name} name={name} number={number} />
            ))}
          </dl>
        </section>
      )}
    </aside>
  );
}

const problemHelp: Record<string, string> = {
  not_a_call: "Spans of something else than a model call; their session, user and labels are used.",
  unknown_dialect: "Spans that look like calls of a model, but no table of rftd reads them.",
  told_by_outer: "Spans inside a call that another span of the same call already tells.",
  wrong_type: "Attributes that are not of the kind their name promises.",
  not_json: "Attributes that should hold JSON and do not.",
  unknown_part: "Parts of messages of a kind that is not understood; they are kept as they are.",
  reasoning_left_out: "Reasoning of a model, which is not part of a record.",
  no_messages: "Calls whose texts were not recorded. Switch the recording of content on in the instrumentation.",
  clock_ahead: "Calls whose sender's clock is ahead; the time of arrival is used.",
};
export const helpOfProblem = (name: string) => problemHelp[name] ?? "";

function ProblemCount({ name, number }: { name: string; number: number }) {
  return (
    <>
      <dt title={helpOfProblem(name)}>{words(name)}</dt>
      <dd className="num">{count(number)}</dd>
    </>
  );
}

function Facet({ name, values, chosen, press, text = (value) => value }: { name: string; values: Counted[]; chosen: string[]; press: (value: string) => void; text?: (value: string) => string }) {
  const [all, setAll] = useState(false);
  if (values.length === 0) return null;
  const most = Math.max(...values.map((one) => one.count), 1);
  const seen = all ? values : values.slice(0, shown);
  return (
    <section className="facet">
      <h2 className="tag">{name}</h2>
      <ul>
        {seen.map((one) => (
          <li key={one.value}>
            <button type="button" className="facet-value" aria-pressed={chosen.includes(one.value)} onClick={() => press(one.value)}>
              <span className="facet-bar" aria-hidden>
                <span style={{ width: `${(100 * one.count) / most}%` }} />
              </span>
              <span className="clip grow" title={one.value}>
                {text(one.value)}
              </span>
              <span className="num small">{count(one.count)}</span>
            </button>
          </li>
        ))}
      </ul>
      {values.length > shown && (
        <button type="button" className="button link small" onClick={() => setAll(!all)}>
          {all ? "Fewer" : `${count(values.length - shown)} more`}
        </button>
      )}
    </section>
  );
}

function widthText(seconds: number): string {
  if (seconds % 86_400 === 0) return plural(seconds / 86_400, "day");
  if (seconds % 3600 === 0) return plural(seconds / 3600, "hour");
  return seconds % 60 === 0 ? plural(seconds / 60, "minute") : plural(seconds, "second");
}

// Calls over time. Pressed and drawn over, it filters by the time between.
export function HourHistogram({ facets, state }: PartProps) {
  const box = useRef<SVGSVGElement>(null);
  const [brush, setBrush] = useState<{ from: number; to: number } | null>(null); // buckets
  const [over, setOver] = useState<number | null>(null);
  const { hours, bucket_seconds: seconds } = facets;
  if (hours.length === 0) return null;
  const first = Date.parse(hours[0].from);
  // Hours without calls may be left out of the answer.
  const number = Math.min(400, Math.round((Date.parse(hours[hours.length - 1].from) - first) / (1000 * seconds)) + 1);
  const counts = new Array<number>(number).fill(0);
  for (const hour of hours) {
    const at = Math.round((Date.parse(hour.from) - first) / (1000 * seconds));
    if (at >= 0 && at < number) counts[at] += hour.count;
  }
  const most = Math.max(...counts, 1);
  const timeOf = (bucket: number) => new Date(first + bucket * seconds * 1000).toISOString();
  const bucketAt = (event: PointerEvent) => {
    const { left, width } = box.current!.getBoundingClientRect();
    return Math.max(0, Math.min(number - 1, Math.floor((number * (event.clientX - left)) / width)));
  };
  const finish = () => {
    if (!brush) return;
    const [begin, end] = [Math.min(brush.from, brush.to), Math.max(brush.from, brush.to)];
    setBrush(null);
    state.change({ from: timeOf(begin), to: timeOf(end + 1), since: null });
  };
  const busiest = counts.indexOf(most);
  const mark = brush ?? (over === null ? null : { from: over, to: over });
  return (
    <figure className="hours">
      <svg
        ref={box}
        viewBox={`0 0 ${number} 40`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${count(facets.total)} calls from ${fullTime(timeOf(0))} to ${fullTime(timeOf(number))}; most of them, ${count(most)}, in the ${widthText(seconds)} from ${fullTime(timeOf(busiest))}`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setBrush({ from: bucketAt(event), to: bucketAt(event) });
        }}
        onPointerMove={(event) => {
          setOver(bucketAt(event));
          if (brush) setBrush({ ...brush, to: bucketAt(event) });
        }}
        onPointerUp={finish}
        onPointerCancel={() => setBrush(null)}
        onPointerLeave={() => setOver(null)}
      >
        {mark && <rect className="hours-mark" x={Math.min(mark.from, mark.to)} y={0} width={Math.abs(mark.to - mark.from) + 1} height={40} />}
        {counts.map((value, i) => value > 0 && <rect key={i} className="hours-bar" x={i + (number > 120 ? 0 : 0.08)} y={40 - Math.max(1.5, (38 * value) / most)} width={number > 120 ? 1 : 0.84} height={Math.max(1.5, (38 * value) / most)} />)}
      </svg>
      <figcaption className="row muted small num">
        <span>{fullTime(timeOf(0))}</span>
        <span className="grow hours-now">
          {over === null ? (
            <>one bar is {widthText(seconds)}; draw over them to choose a time</>
          ) : (
            <>
              {fullTime(timeOf(over))}: {plural(counts[over] ?? 0, "call")}
            </>
          )}
        </span>
        <span>{fullTime(timeOf(number))}</span>
      </figcaption>
    </figure>
  );
}
