// A look at the beginning of a file before it is sent: what it is, what its lines hold, what is wrong. Reads a
// slice, never the file.
export interface LinePreview {
  line: number;
  shape: "chat" | "rft" | "input" | null;
  text: string; // the last user message, or what is wrong
}
export interface Preview {
  kind: "lines" | "gzip" | "zstd" | "empty" | "unreadable";
  lines: LinePreview[];
  refusal: string | null; // why it makes no sense to send it
  shape: string | null;
}

const sliceBytes = 256 * 1024;
const linesMax = 20;

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: { text?: unknown }) => (typeof part?.text === "string" ? part.text : "")).join(" ");
}

function lastUserText(messages: unknown): string {
  if (!Array.isArray(messages)) return "";
  const user = messages.filter((one: { role?: unknown }) => one?.role === "user").pop() as { content?: unknown } | undefined;
  return user ? textOf(user.content) : "";
}

export function lineOf(line: number, text: string): LinePreview {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { line, shape: null, text: `not JSON: ${(error as Error).message}` };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { line, shape: null, text: "expected an object, found another JSON value" };
  const record = value as Record<string, unknown>;
  if (Array.isArray(record.messages)) {
    const shape = "reference_answer" in record ? "rft" : "chat";
    return { line, shape, text: lastUserText(record.messages) || "no user message" };
  }
  const input = record.input as Record<string, unknown> | undefined;
  if (input && typeof input === "object" && Array.isArray(input.messages)) return { line, shape: "input", text: lastUserText(input.messages) || "no user message" };
  return { line, shape: null, text: "no `messages` array" };
}

const shapeNames = { chat: "OpenAI chat lines", rft: "RFT lines (messages and reference_answer)", input: "input / output lines" };

export function previewOfText(text: string, whole: boolean): Preview {
  const clean = text.replace(/^\uFEFF/, "");
  if (clean.trim() === "") return { kind: "empty", lines: [], refusal: "The file is empty: expected one JSON object on each line.", shape: null };
  if (clean.includes("\u0000")) return { kind: "unreadable", lines: [], refusal: "This is not a text file: expected JSONL, one JSON object on each line.", shape: null };
  const parts = clean.split("\n");
  if (!whole && parts.length > 1) parts.pop(); // cut by the slice
  const lines: LinePreview[] = [];
  for (let i = 0; i < parts.length && lines.length < linesMax; i += 1) {
    if (parts[i].trim() === "") continue;
    if (!whole && parts.length === 1) {
      lines.push({ line: 1, shape: null, text: "a line longer than the preview; the daemon reads all of it" });
      return { kind: "lines", lines, refusal: null, shape: null };
    }
    lines.push(lineOf(i + 1, parts[i]));
  }
  const good = lines.find((one) => one.shape !== null);
  let refusal: string | null = null;
  if (!good && clean.trimStart().startsWith("[")) {
    refusal = "This is one JSON array: expected one object on each line. `jq -c '.[]' file.json > file.jsonl` makes such a file.";
  } else if (!good && lines.every((one) => one.text.startsWith("not JSON"))) {
    refusal = `None of the first ${lines.length} lines is JSON: expected JSONL, one object with \`messages\` on each line.`;
  }
  return { kind: "lines", lines, refusal, shape: good?.shape ? shapeNames[good.shape] : null };
}

export async function previewOf(file: Blob & { name?: string }): Promise<Preview> {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd)
    return { kind: "zstd", lines: [], refusal: null, shape: null };
  const slice = file.slice(0, sliceBytes);
  if (head[0] === 0x1f && head[1] === 0x8b) {
    const text = await inflated(slice);
    return { ...previewOfText(text, file.size <= sliceBytes && text.length < sliceBytes), kind: "gzip" };
  }
  return previewOfText(await slice.text(), file.size <= sliceBytes);
}

// As much as can be inflated of a slice that may end anywhere.
async function inflated(slice: Blob): Promise<string> {
  const reader = slice.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (text.length < sliceBytes) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    // The slice ends in the middle of a block; what came before is enough.
  }
  void reader.cancel().catch(() => undefined);
  return text;
}
