// A step that cannot be opened yet: what it will do, and what it waits for.
import type { StepName } from "@/api/types";
import { modalOfStep, reasonsOf } from "@/screens/actions";
import { useHere } from "@/screens/here";
import { stepNames, stepPurpose } from "@/screens/steps";
import { useUrl } from "@/lib/url";
import { Modal } from "@/ui/modal";
import { Badge, Button, Notice, ReasonList } from "@/ui/parts";

export default function StepModal() {
  const here = useHere();
  const url = useUrl();
  const name: StepName = stepNames.find((step) => modalOfStep[step] === url.get("modal")) ?? here.step;
  const card = here.canvas.steps.find((one) => one.step === name)!;
  return (
    <Modal
      title={card.name}
      size="small"
      close={here.close}
      head={<Badge state={card.state}>{card.badge}</Badge>}
      foot={
        <>
          <span className="grow" />
          <Button className="primary" onClick={here.close}>
            Close
          </Button>
        </>
      }
    >
      <p>{stepPurpose[name]}</p>
      {card.blocked.length > 0 && (
        <section className="stack">
          <h3>What it waits for</h3>
          <ReasonList reasons={reasonsOf(here, card)} />
        </section>
      )}
      <Notice>This version of rftd shows the step and what it needs; working in it comes with a later version.</Notice>
    </Modal>
  );
}
