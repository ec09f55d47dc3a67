// One of the seven cards. A button: once to select, once more to open.
import { History, Lock, SkipForward } from "lucide-react";
import type { Card } from "@/api/types";
import { openStep } from "@/screens/actions";
import { useHere } from "@/screens/here";
import { stepIcons, stepNames } from "@/screens/steps";
import { sentence } from "@/lib/format";
import { Badge } from "@/ui/parts";
import { Tip } from "@/ui/tips";
import { Picture } from "./pictures";

function goAlong(from: Card, by: number) {
  const next = stepNames[Math.min(6, Math.max(0, from.number - 1 + by))];
  document.querySelector<HTMLElement>(`[data-step="${next}"]`)?.focus();
}

export function StepCard({ card, changed }: { card: Card; changed?: boolean }) {
  const here = useHere();
  const selected = here.step === card.step;
  const Icon = stepIcons[card.step];
  const press = () => (selected ? openStep(here, card.step) : here.select(card.step));
  const blocked = card.blocked[0];
  return (
    <button
      type="button"
      className="step nodrag"
      data-step={card.step}
      data-state={card.state}
      data-selected={selected || undefined}
      data-changed={changed || undefined}
      aria-pressed={selected}
      onClick={press}
      onKeyDown={(event) => {
        const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!by) return;
        event.preventDefault();
        goAlong(card, by);
      }}
    >
      <span className="step-head">
        <span className="step-icon" data-state={card.state}>
          <Icon size={18} strokeWidth={2} aria-hidden />
        </span>
        <span className="grow">
          <span className="row step-top">
            <span className="tag grow">{card.state !== "processing" && card.tag}</span>
            <Tip text={card.rule}>
              <span>
                <Badge state={card.state}>{card.skipped ? "Skipped" : card.badge.replace("...", "…")}</Badge>
              </span>
            </Tip>
          </span>
          <span className="step-name clip block">
            {card.number}. {card.name}
          </span>
        </span>
      </span>
      <span className="step-line clip">{card.line || (blocked ? "" : card.rule)}</span>
      <span className="step-picture">
        {blocked ? (
          <span className="step-blocked">
            <Lock size={13} aria-hidden />
            <span>
              {sentence(blocked.reason)}
              <span className="block">{sentence(blocked.fix)}</span>
            </span>
          </span>
        ) : (
          <Picture card={card} />
        )}
      </span>
      <span className="step-flags">
        {card.stale.length > 0 && (
          <span className="badge outline" data-state="attention" title={card.stale.map((one) => one.because).join(", ")}>
            <History size={12} aria-hidden />
            Stale
          </span>
        )}
        {card.skipped && (
          <span className="badge outline">
            <SkipForward size={12} aria-hidden />
            Skipped
          </span>
        )}
      </span>
      {card.state === "processing" && (
        <span className="step-progress" data-known={card.progress !== null || undefined}>
          <span style={{ width: card.progress === null ? undefined : `${Math.round(card.progress * 100)}%` }} />
        </span>
      )}
    </button>
  );
}
