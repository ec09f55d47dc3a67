// Every graded answer of a run: sorted, filtered by score, topic, and whether there is one.
import { useEffect, useState } from "react";
import { useSamples } from "@/api/grading";
import type { DryRunReport } from "@/api/types";
import { Answer } from "@/grading/answer";
import { useHere } from "@/screens/here";
import { count, plural } from "@/lib/format";
import { bounds } from "@/lib/record-filter";
import { noFilter, useUrl } from "@/lib/url";
import { Button, Empty, Loading, ProblemNotice } from "@/ui/parts";

const page = 20;
const bands: [string, string][] = [
  ["lt0.1", "Under 0.1"],
  ["gte0.1lt0.2", "0.1 to 0.2"],
  ["gte0.2lt0.5", "0.2 to 0.5"],
  ["gte0.5lt0.8", "0.5 to 0.8"],
  ["gte0.8", "0.8 and over"],
];

export function Samples({ report }: { report: DryRunReport }) {
  const here = useHere();
  const url = useUrl();
  const [shown, setShown] = useState(page);
  const score = url.get("score");
  const topic = url.get("topic");
  const sort = url.get("sort") ?? "score";
  const unscored = score === "none";
  useEffect(() => setShown(page), [score, topic, sort, report.id]);
  const query = { ...(unscored ? { scored: false } : bounds("score", score)), topic, sort: unscored ? "index" : sort, limit: Math.min(500, shown) };
  const samples = useSamples(here.id, here.at, report.id, query);
  const names = new Map(report.by_topic.map((one) => [one.topic, one.name ?? undefined]));
  const total = samples.data?.total ?? 0;
  const narrowed = score !== null || topic !== null;
  const known = score === null || unscored || bands.some(([id]) => id === score);
  return (
    <>
      <div className="filters" role="search" aria-label="Filter samples">
        <select className="select small" aria-label="Score" value={score ?? ""} onChange={(event) => url.replace({ score: event.target.value })}>
          <option value="">Any score</option>
          {!known && <option value={score!}>{score!.replace("gte", "from ").replace("lt", " to ")}</option>}
          {bands.map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
          <option value="none">No score ({count(report.unscored)})</option>
        </select>
        <select className="select small" aria-label="Topic" value={topic ?? ""} onChange={(event) => url.replace({ topic: event.target.value })}>
          <option value="">Every topic</option>
          {report.by_topic.filter((one) => one.topic !== null).map((one) => (
            <option key={one.topic} value={one.topic!}>
              {one.name} ({count(one.statistics.scored + one.statistics.unscored)})
            </option>
          ))}
        </select>
        <select className="select small" aria-label="Order" value={sort} disabled={unscored} onChange={(event) => url.replace({ sort: event.target.value })}>
          <option value="score">Lowest first</option>
          <option value="-score">Highest first</option>
          <option value="index">As sampled</option>
        </select>
        {narrowed && (
          <Button className="quiet small" onClick={() => url.replace({ score: null, topic: null })}>
            Clear
          </Button>
        )}
        <span className="grow" />
        <span className="muted small num" role="status">
          {samples.data ? plural(total, "sample") : "…"}
        </span>
      </div>
      {samples.isError && <ProblemNotice error={samples.error} retry={() => void samples.refetch()} />}
      {samples.isPending && <Loading lines={6} />}
      {samples.data && total === 0 && (
        <Empty title={narrowed ? "No sample matches" : "Nothing is graded yet"}>{narrowed && <Button onClick={() => url.replace({ score: null, topic: null })}>Show all</Button>}</Empty>
      )}
      <ul className="answers">
        {samples.data?.items.map((sample) => (
          <Answer key={sample.index} sample={sample} topic={names.get(sample.topic)} open={() => here.open("records", { ...noFilter, record: sample.record })} />
        ))}
      </ul>
      {total > shown && shown < 500 && (
        <Button className="more" busy={samples.isFetching} onClick={() => setShown(shown + 60)}>
          Show more ({count(total - shown)} are left)
        </Button>
      )}
    </>
  );
}
