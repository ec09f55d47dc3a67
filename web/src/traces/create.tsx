// The part of "New dataset" that makes it of calls.
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import type { Form, TraceSourceChoice } from "@/screens/create";
import { ChooseTraces, choiceOf, choosingFirst } from "./choose";
import { useFilterInAddress } from "./filter-state";
import { PatternCard, usePreviewOf } from "./offer";

interface Props {
  form: Form;
  setForm: (form: Form) => void;
  setChosen: (chosen: TraceSourceChoice) => void;
  side: HTMLElement | null; // beside the form
}

export default function FromTraces({ form, setForm, setChosen, side }: Props) {
  const state = useFilterInAddress();
  const [choosing, setChoosing] = useState(choosingFirst);
  const choice = choiceOf(state, choosing);
  const key = JSON.stringify(choice);
  const any = choosing.picked.all || choosing.picked.ids.size > 0;
  const preview = usePreviewOf(choice, any);
  const offered = any && !preview.isPlaceholderData ? (preview.data?.offered ?? null) : null;
  useEffect(() => {
    // What is known to give nothing cannot be started.
    setChosen({ source: any && offered !== 0 && !preview.error ? { type: "traces", ...choice } : null, offered });
  }, [key, any, offered, preview.error]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <>
      <ChooseTraces state={state} choosing={choosing} choose={setChoosing} preview={preview} />
      {side && any && preview.data && preview.data.matching > 0 && createPortal(<PatternCard pattern={preview.data.pattern} typed={form} use={setForm} />, side)}
    </>
  );
}
