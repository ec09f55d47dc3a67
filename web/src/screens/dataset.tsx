// One dataset: the frame that canvas, settings and event log share. Everything inside is a function of the dataset
// and the position in the address.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { Link, useLocation } from "wouter";
import { Problem, write } from "@/api/client";
import { useFeedState, useFollow } from "@/api/live";
import { canvasOf, useDatasetInfo, useWritten } from "@/api/queries";
import type { StepName } from "@/api/types";
import { count } from "@/lib/format";
import { lazily } from "@/lib/lazily";
import { useTitle } from "@/lib/title";
import { noFilter, useUrl } from "@/lib/url";
import { Boundary } from "@/ui/boundary";
import { Button, Empty, Loading, ProblemNotice } from "@/ui/parts";
import { tellProblem } from "@/ui/toasts";
import { CircleX } from "lucide-react";
import { CanvasScreen } from "@/canvas/canvas";
import { CanvasContext, type Here, HereContext } from "./here";
import { Modals } from "./modals";
import { NotFound } from "./not-found";
import { TopBar } from "./shell";
import { stepNames } from "./steps";

const Waiting = () => (
  <main className="page">
    <Loading lines={6} />
  </main>
);
const SettingsScreen = lazily(() => import("./settings"), Waiting);
const EventsScreen = lazily(() => import("./events"), Waiting);
const RecordScreen = lazily(() => import("./record-screen"), Waiting);

export default function DatasetScreen({ id, rest }: { id: string; rest: string }) {
  const url = useUrl();
  const [, navigate] = useLocation();
  const at = url.get("at");
  const canvas = useQuery(canvasOf(id, at));
  const feed = useFeedState(id);
  useFollow(id, canvas.data?.head);
  useTitle(canvas.data?.name ?? "Dataset");
  const pushed = useRef(false);
  const written = useWritten(id);

  // A time in the address becomes the position it stands for, which never changes its meaning.
  const resolved = canvas.data && !canvas.isPlaceholderData && at !== null && !/^\d+$/.test(at) ? canvas.data.position : null;
  useEffect(() => {
    if (resolved !== null) url.replace({ at: resolved });
  }, [resolved]); // eslint-disable-line react-hooks/exhaustive-deps

  const data = canvas.data;
  const { name, steps, health, next } = data ?? {};
  const past = at === null ? null : (data?.position ?? null);
  const here = useMemo<Here | null>(() => {
    if (name === undefined || !steps || !health) return null;
    const chosen = url.get("step") as StepName | null;
    const back = () => url.push({ at: null });
    return {
      id,
      at,
      live: at === null,
      settled: past === null || at === String(past),
      canvas: { name, steps, health, next: next ?? null },
      readOnly: past === null ? [] : [{ reason: `This is event ${count(past)}, and the past cannot be changed`, fix: "return to live", go: back }],
      step: chosen && stepNames.includes(chosen) ? chosen : ((next?.step as StepName | undefined) ?? "extract"),
      select: (step) => url.replace({ step }),
      open: (modal, patch = {}) => {
        pushed.current = true;
        url.push({ ...patch, modal });
      },
      close: () => {
        if (pushed.current) {
          pushed.current = false;
          window.history.back();
        } else {
          url.replace({ ...noFilter, modal: null, vs: null, event: null, run: null });
        }
      },
      goTo: (position) => url.push({ at: position }),
      trigger: (step, parameters = {}) => write("POST", `/datasets/${id}/steps/${step}/trigger`, parameters).then(written).catch(tellProblem),
    };
  }, [name, steps, health, next, past, url, id, at, written]);

  if (canvas.isError || feed === "gone") return <Gone id={id} at={at} error={canvas.error} />;
  if (!here || !data) {
    return (
      <>
        <TopBar />
        <main className="page">{canvas.failureReason ? <ProblemNotice error={canvas.failureReason} /> : <Loading lines={6} what="Loading the canvas" />}</main>
      </>
    );
  }
  const [section, sub] = rest.split("/");
  return (
    <HereContext value={here}>
      <CanvasContext value={data}>
        <Boundary what="This part of the page">
          {section === "" && <CanvasScreen loading={canvas.isPlaceholderData} />}
          {section === "settings" && <SettingsScreen />}
          {section === "events" && <EventsScreen />}
          {section === "records" && sub && <RecordScreen record={decodeURIComponent(sub)} />}
          {!["", "settings", "events", "records"].includes(section) && <NotFound />}
        </Boundary>
        <Boundary what="This dialog" key={url.get("modal") ?? ""}>
          <Modals navigate={navigate} />
        </Boundary>
      </CanvasContext>
    </HereContext>
  );
}

function Gone({ id, at, error }: { id: string; at: string | null; error: unknown }) {
  const info = useDatasetInfo(id, null);
  const url = useUrl();
  const deleted = info.data?.deleted_at ?? null;
  const unknown = error instanceof Problem && (error.status === 404 || error.status === 410);
  const title = deleted !== null ? "This dataset was deleted" : unknown || !error ? "There is no such dataset" : at !== null ? "There is no such moment" : "This dataset cannot be shown";
  return (
    <>
      <TopBar />
      <main className="page">
        <Empty icon={<CircleX size={34} aria-hidden />} title={title}>
          {error ? <p>{(error as Error).message}</p> : <p>It was deleted, in another tab or by another program.</p>}
          {deleted !== null && deleted > 1 && <p>It was deleted by event {count(deleted)}; its contents are erased.</p>}
          <div className="row wrap">
            {at !== null && !unknown && (
              <Button className="primary" onClick={() => url.push({ at: null })}>
                Go to live
              </Button>
            )}
            <Link href="/finetune" className={at !== null && !unknown ? "button" : "button primary"}>
              All datasets
            </Link>
          </div>
        </Empty>
      </main>
    </>
  );
}
