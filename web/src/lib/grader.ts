// A grader as it is being edited, and the object that the daemon takes.
export type Kind = "script" | "llm_judge" | "json";

export interface Judge {
  model: string;
  prompt: string;
  temperature: string;
  max_tokens: string;
  rest: Record<string, unknown>; // fields that the form does not show, such as the schema of the answer
}
export interface Draft {
  kind: Kind;
  source: string;
  judge: Judge;
  json: string;
}
export type GraderObject = Record<string, unknown> & { type?: unknown };

export const variables = [
  { name: "sample.output_text", what: "the answer's text" },
  { name: "sample.output_json", what: "the answer read as JSON" },
  { name: "sample.output_tools", what: "the tools it called" },
  { name: "item.user_message", what: "the last user message" },
  { name: "item.messages", what: "the whole conversation" },
  { name: "item.reference_answer", what: "what a right answer says" },
];

export const starters = [
  {
    name: "Says the reference answer",
    source: `// Does the answer say what the record's reference_answer says?
function grade(sample, item) {
  const answer = sample.output_text.trim();
  if (answer === "") return { score: 0, reason: "no answer" };
  const wanted = item.reference_answer;
  if (typeof wanted !== "string" || wanted === "") {
    const words = answer.split(/\\s+/).length;
    return { score: Math.min(1, words / 60), reason: \`no reference answer; \${words} words\` };
  }
  const said = answer.toLowerCase().includes(wanted.toLowerCase());
  return { score: said ? 1 : 0.1, reason: said ? "says it" : \`does not say \${wanted}\` };
}
`,
  },
  {
    name: "Calls a tool that it has",
    source: `// Is a tool called when there are tools, and is it one of them?
function grade(sample, item) {
  const known = (item.tools || []).map((tool) => tool.function.name);
  const called = sample.output_tools.map((call) => call.function.name);
  if (known.length === 0) return { score: sample.output_text.trim() ? 1 : 0, reason: "no tools to call" };
  if (called.length === 0) return { score: 0.2, reason: "calls no tool" };
  const right = called.filter((name) => known.includes(name)).length;
  return { score: right / called.length, reason: \`\${right} of \${called.length} calls are of known tools\` };
}
`,
  },
  {
    name: "Answers with JSON of a form",
    source: `// Is the answer JSON with the fields that are wanted?
const wanted = ["answer", "explanation"];

function grade(sample, item) {
  if (sample.output_json === undefined || sample.output_json === null) return { score: 0, reason: "not JSON" };
  const there = wanted.filter((field) => field in sample.output_json);
  return { score: there.length / wanted.length, reason: \`has \${there.join(", ") || "none of the fields"}\` };
}
`,
  },
];

export const jsonExamples: { name: string; grader: GraderObject }[] = [
  { name: "Same text", grader: { type: "string_check", name: "same", input: "{{ sample.output_text }}", reference: "{{ item.reference_answer }}", operation: "ilike" } },
  { name: "Similar text", grader: { type: "text_similarity", name: "similar", input: "{{ sample.output_text }}", reference: "{{ item.reference_answer }}", evaluation_metric: "fuzzy_match" } },
  {
    name: "Several, weighted",
    grader: {
      type: "multi",
      graders: {
        same: { type: "string_check", name: "same", input: "{{ sample.output_text }}", reference: "{{ item.reference_answer }}", operation: "ilike" },
        similar: { type: "text_similarity", name: "similar", input: "{{ sample.output_text }}", reference: "{{ item.reference_answer }}", evaluation_metric: "fuzzy_match" },
      },
      calculate_output: "0.7 * same + 0.3 * similar",
    },
  },
];

export const asText = (grader: unknown) => JSON.stringify(grader, null, 2) + "\n";

export function draftOf(grader: GraderObject | null): Draft {
  const draft: Draft = {
    kind: "script",
    source: starters[0].source,
    judge: { model: "", prompt: "", temperature: "0", max_tokens: "256", rest: {} },
    json: asText(jsonExamples[0].grader),
  };
  if (grader?.type === "script") draft.source = String(grader.source ?? "");
  else if (grader?.type === "llm_judge") {
    const { type: _type, model, prompt, temperature, max_tokens, ...rest } = grader;
    draft.kind = "llm_judge";
    draft.judge = { model: String(model ?? ""), prompt: String(prompt ?? ""), temperature: String(temperature ?? 0), max_tokens: String(max_tokens ?? 256), rest };
  } else if (grader) {
    draft.kind = "json";
    draft.json = asText(grader);
  }
  return draft;
}

// The object, or in words why there is none yet.
export function graderOf(draft: Draft): GraderObject | string {
  if (draft.kind === "script") return draft.source.trim() === "" ? "The script is empty." : { type: "script", source: draft.source };
  if (draft.kind === "llm_judge") {
    const { model, prompt, temperature, max_tokens, rest } = draft.judge;
    if (prompt.trim() === "") return "The prompt is empty.";
    if (model === "") return "Choose the model that judges.";
    return { ...rest, type: "llm_judge", model, prompt, temperature: Number(temperature), max_tokens: Number(max_tokens) };
  }
  try {
    const value: unknown = JSON.parse(draft.json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as GraderObject) : "A grader is one JSON object.";
  } catch (error) {
    return (error as Error).message;
  }
}

// Where in the text a problem stands: a script's "line 2, column 13", or the field of a JSON text that a pointer
// such as /graders/same/operation names.
export function placeOf(text: string, at: string, found: string): { from: number; to: number } {
  const spot = /line (\d+)(?:, column (\d+))?/.exec(found);
  const lines = text.split("\n");
  if (spot) {
    const line = Math.min(Number(spot[1]), lines.length) - 1;
    const start = lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0);
    const end = start + lines[line].length;
    const from = Math.min(end, start + Math.max(0, Number(spot[2] ?? 1) - 1));
    return { from, to: Math.max(from, end) };
  }
  let from = 0;
  for (const name of at.split("/").filter((part) => part !== "" && !/^\d+$/.test(part))) {
    const next = text.indexOf(`"${name}"`, from);
    if (next < 0) break;
    from = next;
  }
  const end = text.indexOf("\n", from);
  return { from, to: end < 0 ? text.length : end };
}
