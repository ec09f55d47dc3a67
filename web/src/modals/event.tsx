// One event: what, when, who, because of what; and the way to the moment after it.
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useEvent } from "@/api/queries";
import { useHere, useMoment } from "@/screens/here";
import { laneOf, lanes, lineOf } from "@/lib/events";
import { count, fullTime } from "@/lib/format";
import { patched, useUrl } from "@/lib/url";
import { Modal } from "@/ui/modal";
import { Button, CopyButton, IconButton, Loading, ProblemNotice } from "@/ui/parts";

export default function EventModal() {
  const here = useHere();
  const moment = useMoment();
  const url = useUrl();
  const position = Math.max(1, Number(url.get("event") ?? moment.position) || 1);
  const event = useEvent(here.id, position);
  const show = (next: number) => url.replace({ event: next });
  const data = event.data;
  const link = window.location.origin + window.location.pathname + patched("", { at: position });
  return (
    <Modal
      title={`Event ${count(position)}`}
      close={here.close}
      head={
        <>
          {data && <span className="chip mono">{data.type}</span>}
          <IconButton label="Previous event" disabled={position <= 1} onClick={() => show(position - 1)}>
            <ChevronLeft size={16} aria-hidden />
          </IconButton>
          <IconButton label="Next event" disabled={position >= moment.head} onClick={() => show(position + 1)}>
            <ChevronRight size={16} aria-hidden />
          </IconButton>
        </>
      }
      foot={
        <>
          <CopyButton text={link} label="Copy link" className="button">
            Copy link
          </CopyButton>
          <span className="grow" />
          <Button onClick={() => here.open("diff", { event: null, at: Math.max(1, position - 1), vs: position })}>What it changed</Button>
          <Button className="primary" onClick={() => url.push({ modal: null, event: null, at: position })}>
            Go here
          </Button>
        </>
      }
    >
      {event.isError && <ProblemNotice error={event.error} retry={() => void event.refetch()} />}
      {event.isPending && <Loading lines={5} />}
      {data && (
        <>
          <p className="strong">{lineOf(data)}</p>
          <dl className="pairs">
            <dt>Time</dt>
            <dd className="num">{fullTime(data.time)}</dd>
            <dt>Part</dt>
            <dd>{lanes.find((one) => one.lane === laneOf(data.type))?.name}</dd>
            <dt>By</dt>
            <dd>{data.actor}</dd>
            <dt>Because of</dt>
            <dd>
              {data.cause.run && (
                <Button className="link" onClick={() => here.open("run", { event: null, run: data.cause.run })}>
                  {data.cause.run}
                </Button>
              )}{" "}
              {data.cause.position !== null && (
                <Button className="link" onClick={() => show(data.cause.position!)}>
                  event {count(data.cause.position)}
                </Button>
              )}{" "}
              {data.cause.command && <span className="muted">command {data.cause.command}</span>}
            </dd>
            <dt>Hash</dt>
            <dd className="mono small clip" title={data.hash}>
              {data.hash}
            </dd>
          </dl>
          <pre className="payload" tabIndex={0} aria-label="Payload">
            {JSON.stringify(data.data, null, 2).slice(0, 40_000)}
          </pre>
        </>
      )}
    </Modal>
  );
}
