// CodeMirror in a shadow root: there it uses adopted style sheets, which the content security policy allows, where it
// would otherwise add a style element. A chunk of its own; load it lazily.
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascriptLanguage } from "@codemirror/lang-javascript";
import { jsonLanguage, jsonParseLinter } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, linter, lintGutter, lintKeymap } from "@codemirror/lint";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";

// Colours come from the page's tokens: custom properties reach into a shadow root.
const look = EditorView.theme({
  "&": { height: "100%", fontSize: "12.5px", color: "var(--text)", backgroundColor: "var(--panel)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "18px" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--muted)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft) !important" },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--raised)", color: "var(--text)", border: "1px solid var(--line)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--idle-soft)", border: "0", color: "var(--idle)" },
});
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--accent)" },
  { tag: [tags.propertyName, tags.definition(tags.variableName)], color: "var(--series-2)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--ok)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--series-3)" },
  { tag: [tags.function(tags.variableName)], color: "var(--series-4)" },
  { tag: [tags.comment], color: "var(--muted)", fontStyle: "italic" },
]);

export interface CodeEditorProps {
  value: string;
  change: (text: string) => void;
  language: "json" | "javascript";
  label: string;
  readOnly?: boolean;
  problems?: (text: string) => Promise<Diagnostic[]> | Diagnostic[]; // beside the language's own
}

export default function CodeEditor({ value, change, language, label, readOnly = false, problems }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef({ change, problems });
  latest.current = { change, problems };
  const locked = useRef(new Compartment());
  const told = useRef<string[]>([]); // told to the parent, and not come back yet
  const taking = useRef(false); // a text of the parent

  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: "open" });
    const checks: Extension[] = [lintGutter(), linter(async (shown) => (await latest.current.problems?.(shown.state.doc.toString())) ?? [], { delay: 400 })];
    if (language === "json") checks.push(linter(jsonParseLinter(), { delay: 300 }));
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: value,
        extensions: [
          look,
          syntaxHighlighting(colours),
          language === "json" ? jsonLanguage : javascriptLanguage,
          lineNumbers(),
          foldGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          highlightActiveLine(),
          checks,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label }),
          locked.current.of([EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly)]),
          // Tab leaves the editor, as it leaves every other field.
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap]),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged || taking.current) return;
            const text = update.state.doc.toString();
            told.current.push(text);
            latest.current.change(text);
          }),
        ],
      }),
    });
    editor.scrollDOM.tabIndex = 0;
    view.current = editor;
    return () => editor.destroy();
  }, [language, label]); // eslint-disable-line react-hooks/exhaustive-deps

  useEffect(() => {
    // What comes back from our own telling may be older than what has been typed since: never put that in its place.
    const own = told.current.lastIndexOf(value);
    told.current.splice(0, own + 1);
    const editor = view.current;
    if (own >= 0 || !editor || editor.state.doc.toString() === value) return;
    taking.current = true;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
    taking.current = false;
  }, [value]);
  useEffect(() => {
    view.current?.dispatch({ effects: locked.current.reconfigure([EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly)]) });
  }, [readOnly]);
  return <div ref={host} className="code-editor" />;
}
