// The grader: what scores an answer, tried on records before it is kept; each change is a version.
import { Braces, FlaskConical, Gavel, ScrollText } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Answer, Problem, write } from "@/api/client";
import { useDryRuns, useGrader } from "@/api/grading";
import { useWritten } from "@/api/queries";
import type { Grader, GraderChecked } from "@/api/types";
import { useHere } from "@/screens/here";
import { type Draft, draftOf, graderOf, type GraderObject, type Kind } from "@/lib/grader";
import { noFilter, useUrl } from "@/lib/url";
import { Modal } from "@/ui/modal";
import { Button, Guarded, Loading, ProblemNotice } from "@/ui/parts";
import { Tabs } from "@/ui/tabs";
import { tell } from "@/ui/toasts";
import { GraderForm } from "./grader-form";
import { GraderTest } from "./grader-test";
import { Versions } from "./grader-versions";

export default function GraderModal() {
  const here = useHere();
  const grader = useGrader(here.id, here.at);
  if (grader.data) return <Editor key={here.at ?? "live"} stored={grader.data} />;
  return (
    <Modal title="Grader" size="huge" tall close={here.close}>
      {grader.isError ? <ProblemNotice error={grader.error} retry={() => void grader.refetch()} /> : <Loading lines={6} />}
    </Modal>
  );
}

export const kinds: { kind: Kind; name: string; text: string; icon: typeof Gavel }[] = [
  { kind: "script", name: "Script", text: "JavaScript that looks at the answer. Fast, free and the same each time.", icon: ScrollText },
  { kind: "llm_judge", name: "LLM judge", text: "A language model reads the answer and gives a score with its reasons.", icon: Gavel },
  { kind: "json", name: "OpenAI grader", text: "string_check, text_similarity, score_model, label_model, multi as JSON.", icon: Braces },
];

// What the daemon says of a draft. Asked once for each text: the editor's marks and the line below it share it.
function useCheck(id: string) {
  const last = useRef<{ text: string; answer: Promise<Problem | null> }>({ text: "", answer: Promise.resolve(null) });
  return useCallback(
    (grader: GraderObject) => {
      const text = JSON.stringify(grader);
      if (last.current.text !== text) {
        const answer = write<GraderChecked>("POST", `/datasets/${id}/grader/validate`, grader).then(
          () => null,
          (error: unknown) => (error instanceof Problem && !error.offline ? error : null),
        );
        last.current = { text, answer };
      }
      return last.current.answer;
    },
    [id],
  );
}

export type Check = ReturnType<typeof useCheck>;

function Editor({ stored }: { stored: Grader }) {
  const here = useHere();
  const url = useUrl();
  const written = useWritten(here.id);
  const check = useCheck(here.id);
  const [base, setBase] = useState(stored);
  const [draft, setDraft] = useState<Draft>(() => draftOf(stored.grader));
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const dryRuns = useDryRuns(here.id, here.at);
  const grader = useMemo(() => graderOf(draft), [draft]);
  const before = useMemo(() => graderOf(draftOf(base.grader)), [base]);
  const changed = base.version === 0 || JSON.stringify(grader) !== JSON.stringify(before);
  const touched = JSON.stringify(draft) !== JSON.stringify(draftOf(base.grader));
  const behind = stored.version > base.version;
  const tab = url.get("tab") === "versions" ? "versions" : null;

  const takeStored = () => {
    setBase(stored);
    setDraft(draftOf(stored.grader));
  };
  // Untouched, the form follows what others save.
  useEffect(() => {
    if (behind && !touched) takeStored();
  }, [behind]); // eslint-disable-line react-hooks/exhaustive-deps
  useEffect(() => {
    setProblem(null);
    if (typeof grader === "string" || !here.live) return;
    let wanted = true;
    const timer = setTimeout(() => void check(grader).then((found) => wanted && setProblem(found)), 400);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [grader, check, here.live]);

  const saved = async (answer: Answer<Grader>) => {
    setBase(answer.data);
    setDraft(draftOf(answer.data.grader));
    setReason("");
    await written(answer);
    const stale = (dryRuns.data?.total ?? 0) > 0;
    tell(`Version ${answer.data.version} saved`, stale ? "Dry Run is stale now: run it again, or grade its answers anew." : "Next: a dry run says whether it can be trained on.");
  };
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      await saved(await write<Grader>("PUT", `/datasets/${here.id}/grader`, { grader, reason: reason || undefined }));
    } catch (found) {
      setError(found);
    } finally {
      setBusy(false);
    }
  };
  const next = stored.version + 1;
  const hasRun = (dryRuns.data?.total ?? 0) > 0;
  const wrong = typeof grader === "string" ? [{ reason: grader }] : [];
  return (
    <Modal
      title="Grader"
      size="huge"
      tall
      flush
      close={here.close}
      dirty={here.live && touched}
      head={<span className="chip">{stored.version === 0 ? "none yet" : `version ${stored.version}`}</span>}
      tabs={
        <Tabs
          label="Grader"
          value={tab}
          change={(to) => url.replace({ tab: to })}
          tabs={[
            [null, "Edit and test"],
            ["versions", `Versions${stored.version > 0 ? ` (${stored.version})` : ""}`],
          ]}
          panel="grader-part"
        />
      }
      foot={
        tab === null && (
          <>
            <label className="unseen" htmlFor="grader-reason">
              What changes, and why
            </label>
            <input id="grader-reason" className="input grader-reason" placeholder="What changes, and why" maxLength={300} value={reason} onChange={(event) => setReason(event.target.value)} />
            <span className="grow">
              {!changed ? "Nothing has changed." : hasRun ? `Saving makes version ${next}, and Dry Run becomes stale.` : `Saving makes version ${next}.`}
            </span>
            {stored.version > 0 && !touched && (
              <Button className={changed ? "" : "primary"} icon={<FlaskConical size={15} aria-hidden />} onClick={() => url.replace({ ...noFilter, modal: "dryrun" })}>
                Dry run
              </Button>
            )}
            <Guarded className={changed || stored.version === 0 ? "primary" : ""} reasons={[...here.readOnly, ...wrong]} busy={busy} disabled={!changed && here.live} onClick={() => void save()}>
              Save version {next}
            </Guarded>
          </>
        )
      }
    >
      <div id="grader-part" role="tabpanel" aria-labelledby={`tab-${tab ?? "first"}`} className="grader-part">
        {tab === "versions" ? (
          <Versions current={stored.version} restored={saved} />
        ) : (
          <div className="grader">
            <div className="grader-edit">
              {behind && touched && (
                <div className="notice" data-tone="warn" role="status">
                  <div className="grow">
                    Version {stored.version} was saved meanwhile. Saving yours makes version {next}.
                  </div>
                  <Button className="small" onClick={takeStored}>
                    Take theirs and lose mine
                  </Button>
                </div>
              )}
              {error !== null && <ProblemNotice error={error} />}
              <GraderForm draft={draft} change={setDraft} check={check} problem={problem} />
            </div>
            <GraderTest grader={grader} unsaved={changed} />
          </div>
        )}
      </div>
    </Modal>
  );
}
