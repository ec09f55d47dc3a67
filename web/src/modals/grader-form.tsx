// The fields of a grader, by its type.
import { CircleCheck, CircleX } from "lucide-react";
import { useEffect, useRef } from "react";
import type { Problem } from "@/api/client";
import { useModels, usePresets } from "@/api/grading";
import { ModelSelect, NoModels } from "@/grading/models";
import { asText, type Draft, graderOf, jsonExamples, placeOf, starters, variables } from "@/lib/grader";
import { lazily } from "@/lib/lazily";
import { useHere } from "@/screens/here";
import { Button, Field, Loading } from "@/ui/parts";
import type { Check } from "./grader";
import { kinds } from "./grader";

const CodeEditor = lazily(() => import("@/ui/code-editor"), () => <Loading lines={8} />);

interface FormProps {
  draft: Draft;
  change: (draft: Draft) => void;
  check: Check;
  problem: Problem | null;
}

export function GraderForm({ draft, change, check, problem }: FormProps) {
  const here = useHere();
  const known = kinds.find((one) => one.kind === draft.kind)!;
  return (
    <>
      <div className="row wrap">
        <div className="segments" role="radiogroup" aria-label="Type of grader">
          {kinds.map(({ kind, name, icon: Icon }) => (
            <label key={kind} className="row" data-on={draft.kind === kind || undefined}>
              <input type="radio" name="grader-kind" className="unseen" checked={draft.kind === kind} disabled={!here.live} onChange={() => change({ ...draft, kind })} />
              <Icon size={15} aria-hidden />
              {name}
            </label>
          ))}
        </div>
        <span className="muted small grow">{known.text}</span>
      </div>
      {draft.kind === "script" && <Script draft={draft} change={change} check={check} />}
      {draft.kind === "llm_judge" && <JudgeForm draft={draft} change={change} />}
      {draft.kind === "json" && <JsonForm draft={draft} change={change} check={check} />}
      <Checked draft={draft} problem={problem} />
    </>
  );
}

// The line under the editor: the daemon's own words.
function Checked({ draft, problem }: { draft: Draft; problem: Problem | null }) {
  const grader = graderOf(draft);
  const wrong = typeof grader === "string" ? grader : problem?.body.errors[0] ? `${problem.body.errors[0].at}: ${problem.body.errors[0].found}` : problem?.message;
  const hint = problem?.body.errors[0]?.hint;
  return (
    <p className={`checked small ${wrong ? "bad" : "muted"}`} role="status">
      {wrong ? <CircleX size={14} aria-hidden /> : <CircleCheck size={14} aria-hidden />}
      <span>
        {wrong ?? "No mistakes found: it can be tested and saved."}
        {hint && ` – ${hint}`}
      </span>
    </p>
  );
}

function useMarks(check: Check, draftWith: (text: string) => Draft) {
  return async (text: string) => {
    const grader = graderOf(draftWith(text));
    if (typeof grader === "string") return [];
    const problem = await check(grader);
    return (problem?.body.errors ?? []).map((one) => ({ ...placeOf(text, one.at, one.found), severity: "error" as const, message: [one.found, one.hint].filter(Boolean).join(" – ") }));
  };
}

function Starters({ names, take }: { names: string[]; take: (index: number) => void }) {
  return (
    <select className="select small starters" aria-label="Start from" value="" onChange={(event) => take(Number(event.target.value))}>
      <option value="" disabled>
        Start from…
      </option>
      {names.map((name, i) => (
        <option key={name} value={i}>
          {name}
        </option>
      ))}
    </select>
  );
}

function Script({ draft, change, check }: Omit<FormProps, "problem">) {
  const here = useHere();
  const marks = useMarks(check, (source) => ({ ...draft, kind: "script", source }));
  const take = async (index: number) => {
    const source = starters[index]?.source ?? (await import("@/grading/sample-grader")).default;
    change({ ...draft, source });
  };
  return (
    <>
      <div className="row wrap">
        <p className="small muted grow">
          Define <code>grade(sample, item)</code>; give a number from 0 to 1, or <code>{"{ score, reason }"}</code>. One second and 64 MB for a record; no files, no network.
        </p>
        {here.live && <Starters names={[...starters.map((one) => one.name), "Chess tutor (of the sample)"]} take={(index) => void take(index)} />}
      </div>
      <CodeEditor value={draft.source} change={(source) => change({ ...draft, source })} language="javascript" label="Script of the grader" readOnly={!here.live} problems={here.live ? marks : undefined} />
      <Variables />
    </>
  );
}

function JsonForm({ draft, change, check }: Omit<FormProps, "problem">) {
  const here = useHere();
  const marks = useMarks(check, (json) => ({ ...draft, kind: "json", json }));
  return (
    <>
      <div className="row wrap">
        <p className="small muted grow">The same JSON as OpenAI's graders take, a judge's object too.</p>
        {here.live && <Starters names={jsonExamples.map((one) => one.name)} take={(index) => change({ ...draft, json: asText(jsonExamples[index].grader) })} />}
      </div>
      <CodeEditor value={draft.json} change={(json) => change({ ...draft, json })} language="json" label="The grader as JSON" readOnly={!here.live} problems={here.live ? marks : undefined} />
      <Variables />
    </>
  );
}

function Variables({ insert }: { insert?: (name: string) => void }) {
  return (
    <ul className="variables" aria-label="Variables">
      {variables.map((one) => (
        <li key={one.name}>
          {insert ? (
            <button type="button" className="chip mono" title={one.what} onClick={() => insert(one.name)}>
              {`{{ ${one.name} }}`}
            </button>
          ) : (
            <span className="chip mono" title={one.what}>
              {one.name}
            </span>
          )}
        </li>
      ))}
      <li className="muted small">
        and <code>item.</code> any other field of the record
      </li>
    </ul>
  );
}

function JudgeForm({ draft, change }: Pick<FormProps, "draft" | "change">) {
  const here = useHere();
  const presets = usePresets(true);
  const area = useRef<HTMLTextAreaElement>(null);
  const { judge } = draft;
  const set = (patch: Partial<Draft["judge"]>) => change({ ...draft, judge: { ...judge, ...patch } });
  const insert = (name: string) => {
    const box = area.current!;
    const text = `{{ ${name} }}`;
    const { selectionStart: from, selectionEnd: to } = box;
    set({ prompt: judge.prompt.slice(0, from) + text + judge.prompt.slice(to) });
    requestAnimationFrame(() => {
      box.focus();
      box.setSelectionRange(from + text.length, from + text.length);
    });
  };
  const items = presets.data?.items ?? [];
  const models = useModels();
  const first = models.data?.items.find((one) => one.reachable)?.id;
  // A judge begins with the first preset and model there are.
  useEffect(() => {
    if (!here.live || (judge.prompt !== "" && judge.model !== "")) return;
    set({ prompt: judge.prompt || items[0]?.prompt || "", model: judge.model || first || "" });
  }, [items.length, first]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <>
      <NoModels what="A judge needs one." />
      <div className="judge-fields">
        <Field label="Model that judges">{(ids) => <ModelSelect ids={ids} value={judge.model} change={(model) => set({ model })} empty="Choose a model" />}</Field>
        <Field label="Temperature">
          {(ids) => <input {...ids} className="input num" inputMode="decimal" value={judge.temperature} readOnly={!here.live} onChange={(event) => set({ temperature: event.target.value.replaceAll(/[^\d.]/g, "") })} />}
        </Field>
        <Field label="Most tokens">
          {(ids) => <input {...ids} className="input num" inputMode="numeric" value={judge.max_tokens} readOnly={!here.live} onChange={(event) => set({ max_tokens: event.target.value.replaceAll(/\D/g, "") })} />}
        </Field>
      </div>
      <div className="row wrap">
        <label className="label grow" htmlFor="judge-prompt">
          Prompt
        </label>
        {here.live && items.length > 0 && <Starters names={items.map((one) => one.title)} take={(index) => set({ prompt: items[index].prompt })} />}
      </div>
      <textarea id="judge-prompt" ref={area} className="area mono judge-prompt" spellCheck={false} value={judge.prompt} readOnly={!here.live} placeholder="Say what a good answer is, and what 0, 0.5 and 1 mean. Start from a preset, or write your own." onChange={(event) => set({ prompt: event.target.value })} />
      <Variables insert={here.live ? insert : undefined} />
      <div className="row small muted">
        <span className="grow">The judge answers with a score from 0 to 1 and its reasoning. An answer that is neither counts as no score, never as 0.</span>
        {here.live && typeof graderOf(draft) !== "string" && (
          <Button className="link" onClick={() => change({ ...draft, kind: "json", json: asText(graderOf(draft)) })}>
            Edit as JSON
          </Button>
        )}
      </div>
    </>
  );
}
