// The canvas page: header, health, the seven steps, what is selected, the timeline.
import { memo, useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { newestOf, useFeedState } from "@/api/live";
import { lazily } from "@/lib/lazily";
import { dropsOn } from "@/lib/offered";
import { useHere } from "@/screens/here";
import { openStep } from "@/screens/actions";
import { stepNames, stepTitles } from "@/screens/steps";
import { useKeys } from "@/lib/keys";
import { useMedia } from "@/lib/media";
import { noFilter, useUrl } from "@/lib/url";
import { CanvasHeader } from "./header";
import { HealthBar } from "./health-bar";
import { Panel } from "./panel";
import { PastBar, Timeline } from "./timeline";
import { StepList } from "./step-list";

const Flow = lazily(() => import("./flow"), () => <div className="flow" />);

export const CanvasScreen = memo(function CanvasScreen({ loading }: { loading: boolean }) {
  const here = useHere();
  const wide = useMedia("(min-width: 1000px)");
  useCanvasKeys();
  return (
    <div className="canvas-page" data-past={here.live ? undefined : true} {...(here.live && dropsOn(() => here.open("import", { mode: "append" })))}>
      <CanvasHeader />
      <PastBar />
      <HealthBar />
      <main className="canvas-main" aria-label="Pipeline" aria-busy={loading || undefined}>
        {wide ? <Flow /> : <StepList />}
      </main>
      {wide && <Panel />}
      <Timeline />
      <Announcer />
    </div>
  );
});

function useCanvasKeys() {
  const here = useHere();
  const url = useUrl();
  const [, navigate] = useLocation();
  const step = stepNames.indexOf(here.step);
  const records = (patch = {}) => here.open("records", { ...noFilter, ...patch });
  const numbers = Object.fromEntries(stepNames.map((name, i) => [String(i + 1), () => here.select(name)]));
  useKeys({
    ...numbers,
    "[": () => here.select(stepNames[Math.max(0, step - 1)]),
    "]": () => here.select(stepNames[Math.min(6, step + 1)]),
    Escape: here.live ? undefined : () => here.goTo(null),
    "ctrl+k": () => here.open("palette"),
    "?": () => here.open("keys"),
    r: () => records(),
    i: () => here.open("issues"),
    h: () => document.getElementById("health")?.focus(),
    t: () => document.getElementById("timeline")?.focus(),
    d: () => here.open("diff", { vs: here.live ? null : newestOf(here.id) }),
    "g d": () => navigate("/finetune"),
    "g n": () => navigate("/finetune/new"),
    Home: () => here.goTo(1),
    End: () => here.goTo(null),
    Enter: (event) => {
      if (event.target !== document.body || url.get("modal")) return false;
      openStep(here, here.step);
    },
  });
}

// Says what has changed to who cannot see it: badges as they change, progress at each quarter.
function Announcer() {
  const here = useHere();
  const feed = useFeedState(here.id);
  const [text, setText] = useState("");
  const before = useRef(new Map<string, string>());
  useEffect(() => {
    const changes: string[] = [];
    for (const card of here.canvas.steps) {
      const quarter = card.progress === null ? "" : ` ${25 * Math.floor((card.progress * 100) / 25)} percent`;
      const now = card.state === "processing" ? `processing${quarter}` : `${card.badge}, ${card.line}`;
      const was = before.current.get(card.step);
      if (was !== undefined && was !== now) changes.push(`${stepTitles[card.step]}: ${now}`);
      before.current.set(card.step, now);
    }
    if (changes.length > 0) setText(changes.join(". "));
  }, [here.canvas]);
  return (
    <div className="unseen" role="status" aria-live="polite">
      {feed === "reconnecting" ? "Connection lost, reconnecting" : text}
    </div>
  );
}
