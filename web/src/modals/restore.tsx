// Bringing back what was, as new events: the log is never cut. Records come back by branching.
import { GitBranch } from "lucide-react";
import { useState } from "react";
import { write } from "@/api/client";
import { useCoverage, useDatasetInfo, useDiff, useTopics, useWritten } from "@/api/queries";
import type { Topics } from "@/api/types";
import { useHere, useMoment } from "@/screens/here";
import { count, plural } from "@/lib/format";
import { draftOf, editOf, placed } from "@/lib/topics";
import { useUrl } from "@/lib/url";
import { Modal } from "@/ui/modal";
import { Button, Loading, Notice, ProblemNotice } from "@/ui/parts";
import { tell } from "@/ui/toasts";
import { withKnownIds } from "./import-topics";

export default function RestoreModal() {
  const here = useHere();
  const { position, head } = useMoment();
  const url = useUrl();
  const then = here.at ?? String(position);
  const topicsThen = useTopics(here.id, then);
  const topicsNow = useTopics(here.id, null);
  const infoThen = useDatasetInfo(here.id, then);
  const infoNow = useDatasetInfo(here.id, null);
  const coverageThen = useCoverage(here.id, then);
  const diff = useDiff(here.id, position, head);
  const written = useWritten(here.id);
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const ready = topicsThen.data && topicsNow.data && infoThen.data && infoNow.data && diff.data;

  const topicsDiffer = ready && topicsThen.data.version !== topicsNow.data.version && topicsThen.data.version > 0;
  const settingsDiffer = ready && JSON.stringify([infoThen.data.settings, infoThen.data.name, infoThen.data.objective]) !== JSON.stringify([infoNow.data.settings, infoNow.data.name, infoNow.data.objective]);
  const targetsThen = coverageThen.data && coverageThen.data.targets === "custom" ? Object.fromEntries(coverageThen.data.topics.map((topic) => [topic.id, topic.target_percent])) : "uniform";
  const toggle = (name: string) => {
    const next = new Set(chosen);
    if (next.has(name)) next.delete(name);
    else next.add(name);
    setChosen(next);
  };
  const restore = async () => {
    if (!ready) return;
    setBusy(true);
    setError(null);
    try {
      if (chosen.has("topics")) {
        const known = new Set(placed(draftOf(topicsNow.data.topics)).map((one) => one.draft.key));
        const edits = withKnownIds(editOf(draftOf(topicsThen.data.topics)), known);
        await written(await write<Topics>("PUT", `/datasets/${here.id}/topics`, { topics: edits, assignments: "keep" }));
      }
      if (chosen.has("targets")) await written(await write("PUT", `/datasets/${here.id}/coverage/targets`, { targets: targetsThen }));
      if (chosen.has("settings")) {
        const { settings, name, objective } = infoThen.data;
        await written(await write("PATCH", `/datasets/${here.id}`, { settings, name, objective }));
      }
      tell(`Restored from event ${count(position)}`, "As new events; nothing of the log was removed.");
      url.push({ modal: null, at: null });
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const before = diff.data?.counts.records;
  return (
    <Modal
      title={`Restore from event ${count(position)}`}
      close={here.close}
      foot={
        <>
          <span className="grow" />
          <Button onClick={here.close}>Cancel</Button>
          <Button className="primary" busy={busy} disabled={chosen.size === 0} onClick={() => void restore()}>
            Restore
          </Button>
        </>
      }
    >
      {!ready && <Loading lines={4} />}
      {ready && (
        <>
          <p className="muted">What you choose is set again as it was, by new events at the end of the log. Everything since stays reachable.</p>
          <ul className="stack">
            <Choice
              on={chosen.has("topics")}
              toggle={() => toggle("topics")}
              disabled={!topicsDiffer}
              name="Topics"
              text={topicsDiffer ? `Version ${topicsThen.data.version} with ${plural(placed(draftOf(topicsThen.data.topics)).length, "topic")}, in place of version ${topicsNow.data.version}. Records of topics that are gone now become uncategorized until they are sorted.` : "The same as now, or not defined then."}
            />
            <Choice on={chosen.has("targets")} toggle={() => toggle("targets")} disabled={!coverageThen.data || coverageThen.data.topics.length === 0} name="Coverage targets" text={targetsThen === "uniform" ? "The same share for each topic." : "The shares set then."} />
            <Choice on={chosen.has("settings")} toggle={() => toggle("settings")} disabled={!settingsDiffer} name="Name, objective and limits" text={settingsDiffer ? `“${infoThen.data.name}”, at most ${count(infoThen.data.settings.max_tokens)} tokens. Records are checked again.` : "The same as now."} />
          </ul>
          <Notice>
            <p>
              Records are not taken back in place: then there were {count(before?.before ?? 0)}, now there are {count(before?.after ?? 0)}. A branch from here has them exactly as they were.
            </p>
            <Button className="small" icon={<GitBranch size={14} aria-hidden />} onClick={() => here.open("fork")}>
              Branch from event {count(position)}…
            </Button>
          </Notice>
          {error !== null && <ProblemNotice error={error} />}
        </>
      )}
    </Modal>
  );
}

function Choice({ on, toggle, disabled, name, text }: { on: boolean; toggle: () => void; disabled: boolean; name: string; text: string }) {
  return (
    <li>
      <label className="checkline" data-disabled={disabled || undefined}>
        <input type="checkbox" className="check" checked={on} disabled={disabled} onChange={toggle} />
        <span>
          <b className="block">{name}</b>
          <span className="muted small">{text}</span>
        </span>
      </label>
    </li>
  );
}
