// The one best next action and why, in the corner that the pipeline leaves free; below it what the badges mean.
import { ArrowRight, Lightbulb, PartyPopper } from "lucide-react";
import type { StepName, StepState } from "@/api/types";
import { actionNamed } from "@/screens/actions";
import { useHere } from "@/screens/here";
import { stepTitles } from "@/screens/steps";
import { words } from "@/lib/format";
import { Guarded, StateIcon } from "@/ui/parts";

const legend: StepState[] = ["waiting", "ready", "processing", "complete", "attention", "failed"];

export function NextCard() {
  const here = useHere();
  const { next } = here.canvas;
  const card = next && here.canvas.steps.find((one) => one.step === next.step);
  const action = card && actionNamed(here, card, next.action);
  return (
    <section className="next nodrag nopan" aria-label="Next step">
      {next && card ? (
        <>
          <p className="row tag">
            <Lightbulb size={14} aria-hidden />
            Next · {stepTitles[next.step as StepName]}
          </p>
          <p className="next-why">{next.why}</p>
          <div className="row">
            {action ? (
              <Guarded className="primary small" reasons={action.reasons} onClick={action.run}>
                {action.label}
                <ArrowRight size={14} aria-hidden />
              </Guarded>
            ) : next.action === "wait" ? (
              <span className="row small muted">It goes on by itself.</span>
            ) : (
              <button type="button" className="button primary small" onClick={() => here.select(card.step)}>
                Show {card.name}
                <ArrowRight size={14} aria-hidden />
              </button>
            )}
          </div>
        </>
      ) : (
        <p className="row tag">
          <PartyPopper size={14} aria-hidden />
          Nothing waits for you
        </p>
      )}
      <ul className="legend" aria-label="What the badges mean">
        {legend.map((state) => (
          <li key={state} data-state={state}>
            <StateIcon state={state} size={12} />
            {words(state)}
          </li>
        ))}
      </ul>
    </section>
  );
}
