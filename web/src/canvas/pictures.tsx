// Small pictures on the cards, drawn from the numbers of the position shown. A step without numbers has none.
import { useQuery } from "@tanstack/react-query";
import { ofDataset, useCoverage, useTopics } from "@/api/queries";
import type { Card, DryRunReport, Topic } from "@/api/types";
import { useHere } from "@/screens/here";
import { count, percent, plural } from "@/lib/format";

const width = 220;
const height = 30;

function leaves(topics: Topic[]): Topic[] {
  return topics.flatMap((topic) => (topic.children.length > 0 ? leaves(topic.children) : [topic]));
}

function Health() {
  const { health } = useHere().canvas;
  if (health.records === 0) return null;
  const valid = (width * health.valid) / health.records;
  return (
    <svg className="picture" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${count(health.valid)} of ${count(health.records)} records valid`}>
      <rect className="bar-back" x="0" y="6" width={width} height="8" rx="4" />
      <rect className="bar-ok" x="0" y="6" width={Math.max(4, valid)} height="8" rx="4" />
      {health.invalid > 0 && <rect className="bar-warn" x={Math.min(width - 3, valid + 1)} y="6" width={Math.max(3, width - valid - 1)} height="8" rx="2" />}
      <text x="0" y="28">
        {plural(health.records, "record")}
      </text>
      <text x={width} y="28" textAnchor="end">
        {percent(health.valid, health.records)} valid
      </text>
    </svg>
  );
}

function Topics() {
  const here = useHere();
  const { data } = useTopics(here.id, here.at);
  const found = data ? leaves(data.topics) : [];
  const all = found.reduce((sum, topic) => sum + topic.records, 0);
  if (found.length === 0 || all === 0) return null;
  const low = data?.low_confidence ?? 0;
  let x = 0;
  return (
    <svg className="picture" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${found.length} topics by size; ${count(low)} records with low confidence`}>
      {found.map((topic, i) => {
        const wide = (width * topic.records) / all;
        const left = x;
        x += wide;
        return <rect key={topic.id} className="bar-topic" data-even={i % 2 === 0 || undefined} x={left} y="4" width={Math.max(1, wide - 1.5)} height="11" rx="2" />;
      })}
      <text x="0" y="28">
        {percent(all - low, all)} confident
      </text>
      {low > 0 && (
        <text x={width} y="28" textAnchor="end" className="warn">
          {count(low)} low
        </text>
      )}
    </svg>
  );
}

function Coverage() {
  const here = useHere();
  const { data } = useCoverage(here.id, here.at);
  const topics = (data?.topics ?? []).slice(0, 24);
  if (topics.length === 0 || data?.categorized === 0) return null;
  const top = Math.max(...topics.map((topic) => Math.max(topic.percent, topic.target_percent)));
  const step = width / topics.length;
  return (
    <svg className="picture" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Share of ${topics.length} topics against their targets`}>
      {topics.map((topic, i) => {
        const tall = Math.max(1.5, (topic.percent / top) * (height - 2));
        const target = height - (topic.target_percent / top) * (height - 2);
        return (
          <g key={topic.id}>
            <rect className="bar-cover" data-status={topic.status} x={i * step + 1} y={height - tall} width={step - 4} height={tall} rx="1.5" />
            <line className="target" x1={i * step} x2={i * step + step - 2} y1={target} y2={target} />
          </g>
        );
      })}
    </svg>
  );
}

function Scores() {
  const here = useHere();
  // While another moment is on its way, the cards are still of the one before, whose run may not be there yet.
  const run = (here.settled && here.canvas.steps.find((one) => one.step === "dry_run")?.run) || null;
  const { data } = useQuery({ ...ofDataset<DryRunReport>(here.id, here.at, "dry-run", `/dry-runs/${run}`), enabled: run !== null });
  if (!data || data.statistics.scored === 0) return null;
  const most = Math.max(...data.histogram.map((bin) => bin.count));
  const mean = width * (data.statistics.mean ?? 0);
  return (
    <svg className="picture" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${count(data.statistics.scored)} scores from 0 to 1`}>
      {data.histogram.map((bin, i) => (
        <rect key={bin.from} className="bar-topic" data-even x={i * 11 + 1} y={height - 1 - (bin.count / most) * 24} width="9" height={1 + (bin.count / most) * 24} rx="1" />
      ))}
      <line className="target" x1={mean} x2={mean} y1="0" y2={height} />
    </svg>
  );
}

export function Picture({ card }: { card: Card }) {
  const { step } = card;
  if (step === "grader") return <span className="muted small clip">{card.rule}</span>;
  if (step === "extract") return <Health />;
  if (step === "topics") return <Topics />;
  if (step === "coverage") return <Coverage />;
  if (step === "dry_run") return <Scores />;
  return null;
}
