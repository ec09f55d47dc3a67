// Always there: how many records can be used, how many cannot, and the way to those.
import { AlertTriangle, ArrowRight, CircleCheck, CopyMinus, LoaderCircle } from "lucide-react";
import { Bar } from "@/ui/parts";
import { useHere } from "@/screens/here";
import { count, percent } from "@/lib/format";
import { noFilter } from "@/lib/url";

export function HealthBar() {
  const here = useHere();
  const { health } = here.canvas;
  if (health.records === 0 && health.unvalidated === 0) {
    const importing = here.canvas.steps[0].state === "processing";
    return (
      <section className="health" id="health" tabIndex={-1} aria-label="Health">
        {importing ? <LoaderCircle size={15} className="turning" aria-hidden /> : <CircleCheck size={15} aria-hidden className="muted" />}
        <span className="muted">{importing ? "Importing: records count when all of them are in" : "No records yet"}</span>
      </section>
    );
  }
  return (
    <section className="health" id="health" tabIndex={-1} aria-label="Health" data-severity={health.severity}>
      <button type="button" className="health-part" onClick={() => here.open("records", { ...noFilter, valid: "true" })}>
        <CircleCheck size={15} className="ok" aria-hidden />
        <b className="num">{count(health.valid)}</b> valid
      </button>
      <button type="button" className="health-part" onClick={() => here.open("issues")}>
        <AlertTriangle size={15} className={health.invalid > 0 ? "warn" : "muted"} aria-hidden />
        <b className="num">{count(health.invalid)}</b> invalid ({percent(health.invalid, health.records)})
      </button>
      {health.duplicates > 0 && (
        <button type="button" className="health-part" onClick={() => here.open("records", { ...noFilter, dup: "true" })}>
          <CopyMinus size={15} className="muted" aria-hidden />
          <b className="num">{count(health.duplicates)}</b> duplicates
        </button>
      )}
      {health.unvalidated > 0 && (
        <span className="health-part">
          <LoaderCircle size={15} className="turning" aria-hidden />
          <b className="num">{count(health.unvalidated)}</b> being checked
        </span>
      )}
      <span className="grow health-meter">
        <Bar
          label={`${percent(health.valid, health.records)} of ${count(health.records)} records are valid`}
          parts={[
            { name: "valid", value: health.valid, color: "var(--ok)" },
            { name: "invalid", value: health.invalid, color: "var(--warn)" },
            { name: "unvalidated", value: health.unvalidated, color: "var(--line)" },
          ]}
        />
      </span>
      {health.invalid > 0 && (
        <button type="button" className="button link" onClick={() => here.open("issues")}>
          View issues
          <ArrowRight size={14} aria-hidden />
        </button>
      )}
    </section>
  );
}
