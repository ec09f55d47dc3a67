import "@/styles/modals.css";
// One record on a page of its own, so that it can be linked to.
import { useMemo } from "react";
import { Link, useLocation } from "wouter";
import { useTopics } from "@/api/queries";
import { CanvasHeader } from "@/canvas/header";
import { HealthBar } from "@/canvas/health-bar";
import { PastBar } from "@/canvas/timeline";
import { namesById } from "@/lib/topics";
import { RecordView } from "@/modals/record-pane";
import { useHere } from "./here";

export default function RecordScreen({ record }: { record: string }) {
  const here = useHere();
  const topics = useTopics(here.id, here.at);
  const [, navigate] = useLocation();
  const names = useMemo(() => namesById(topics.data?.topics ?? []), [topics.data]);
  return (
    <div className="canvas-page">
      <CanvasHeader />
      <PastBar />
      <HealthBar />
      <main className="canvas-main">
        <div className="page narrow-page">
          <header className="page-head">
            <div className="grow">
              <p className="small">
                <Link href={`/finetune/${here.id}`}>Canvas</Link> <span className="muted">/</span> <Link href={`/finetune/${here.id}?modal=records`}>Records</Link>
              </p>
              <h2 className="big">Record {record}</h2>
            </div>
          </header>
          <section className="panel record-page">
            <RecordView record={record} names={names} gone={() => navigate(`/finetune/${here.id}`)} />
          </section>
        </div>
      </main>
    </div>
  );
}
