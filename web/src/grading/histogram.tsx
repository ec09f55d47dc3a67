// Scores in twenty bins, with the ground of the verdict's bands, mean and median; a second run as an outline.
import type { DryRunReport } from "@/api/types";
import { count, fixed2, percent, plural } from "@/lib/format";

type Bins = DryRunReport["histogram"];

const width = 640;
const height = 190;
const left = 34;
const floor = height - 24;
const ceiling = 16;

function niceTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= most) ?? most;
}

interface ScoresProps {
  report: Pick<DryRunReport, "histogram" | "statistics">;
  other?: { bins: Bins; name: string; scored: number };
  pick?: (bin: Bins[number]) => void;
}

export function Scores({ report, other, pick }: ScoresProps) {
  const { histogram: bins, statistics } = report;
  // Runs of different size are compared by share.
  const scale = other && other.scored > 0 ? statistics.scored / other.scored : 1;
  const most = Math.max(1, ...bins.map((bin) => bin.count), ...(other?.bins.map((bin) => bin.count * scale) ?? []));
  const top = niceTop(most);
  const x = (score: number) => left + score * (width - left - 6);
  const y = (records: number) => floor - (records / top) * (floor - ceiling);
  const wide = (width - left - 6) / bins.length;
  const { mean, median } = statistics;
  const said = mean === null || median === null ? "No scores yet" : `${plural(statistics.scored, "score")} in ${bins.length} bins from 0 to 1; mean ${fixed2(mean)}, median ${fixed2(median)}`;
  // Too close for two labels: one for both.
  const labels =
    mean === null || median === null
      ? []
      : Math.abs(mean - median) < 0.16
        ? [{ at: (mean + median) / 2, text: `mean ${fixed2(mean)} · median ${fixed2(median)}`, strong: true }]
        : [
            { at: mean, text: `mean ${fixed2(mean)}`, strong: true },
            { at: median, text: `median ${fixed2(median)}`, strong: false },
          ];
  return (
    <figure className="scores">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={said}>
        <rect className="zone-bad" x={x(0)} y={ceiling} width={x(0.1) - x(0)} height={floor - ceiling} />
        <rect className="zone-warn" x={x(0.1)} y={ceiling} width={x(0.2) - x(0.1)} height={floor - ceiling} />
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <line className="grid-line" x1={left} x2={width - 6} y1={y(part * top)} y2={y(part * top)} />
            <text x={left - 6} y={y(part * top) + 4} textAnchor="end">
              {top * part === Math.round(top * part) ? count(top * part) : ""}
            </text>
          </g>
        ))}
        {bins.map((bin, i) => (
          <g key={bin.from} className={pick && "bin"} onClick={pick && (() => pick(bin))}>
            <title>{`${fixed2(bin.from)} to ${fixed2(bin.to)}: ${plural(bin.count, "score")}`}</title>
            {pick && <rect className="bin-hit" x={left + i * wide} y={ceiling} width={wide} height={floor - ceiling} />}
            {bin.count > 0 && <rect className="bin-bar" x={left + i * wide + 1.5} y={Math.min(floor - 2, y(bin.count))} width={wide - 3} height={Math.max(2, floor - y(bin.count))} rx="2" />}
          </g>
        ))}
        {other && (
          <path
            className="other-line"
            d={`M${left} ${floor} ${other.bins.map((bin, i) => `V${y(bin.count * scale)} H${left + (i + 1) * wide}`).join(" ")} V${floor}`}
          />
        )}
        {median !== null && <line className="median-line" x1={x(median)} x2={x(median)} y1={ceiling - 2} y2={floor} />}
        {mean !== null && <line className="mean-line" x1={x(mean)} x2={x(mean)} y1={ceiling - 2} y2={floor} />}
        {labels.map(({ at, text, strong }) => (
          <text key={text} className={strong ? "mean-label" : undefined} x={x(at)} y="10" textAnchor={at > 0.85 ? "end" : at < 0.1 ? "start" : "middle"}>
            {text}
          </text>
        ))}
        {[0, 0.2, 0.4, 0.6, 0.8, 1].map((score) => (
          <text key={score} x={x(score)} y={height - 6} textAnchor={score === 0 ? "start" : score === 1 ? "end" : "middle"}>
            {score}
          </text>
        ))}
      </svg>
      <details className="small">
        <summary>Data table</summary>
        <table className="data num">
          <thead>
            <tr>
              <th scope="col">Scores</th>
              <th scope="col" className="right">Answers</th>
              <th scope="col" className="right">Share</th>
              {other && <th scope="col" className="right">{other.name}</th>}
            </tr>
          </thead>
          <tbody>
            {bins.map((bin, i) => (
              <tr key={bin.from}>
                <th scope="row">
                  {pick && bin.count > 0 ? (
                    <button type="button" className="button link" onClick={() => pick(bin)}>
                      {fixed2(bin.from)} to {fixed2(bin.to)}
                    </button>
                  ) : (
                    `${fixed2(bin.from)} to ${fixed2(bin.to)}`
                  )}
                </th>
                <td className="right">{count(bin.count)}</td>
                <td className="right">{percent(bin.count, statistics.scored)}</td>
                {other && <td className="right">{count(other.bins[i]?.count ?? 0)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
