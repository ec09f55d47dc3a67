// The same seven cards below each other, for narrow windows.
import { actionsOf } from "@/screens/actions";
import { useHere } from "@/screens/here";
import { Guarded } from "@/ui/parts";
import { NextCard } from "./next-card";
import { StepCard } from "./step-card";

export function StepList() {
  const here = useHere();
  return (
    <div className="step-list">
      <NextCard />
      <ol>
        {here.canvas.steps.map((card) => (
          <li key={card.step}>
            <StepCard card={card} />
            {here.step === card.step && (
              <div className="row wrap step-actions">
                {actionsOf(here, card).map((action) => (
                  <Guarded key={action.id} className="small" reasons={action.reasons} onClick={action.run}>
                    {action.label}
                  </Guarded>
                ))}
              </div>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
