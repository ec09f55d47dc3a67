// A sample grader for tools/sample/chess_tutor.jsonl: is this the answer of a good chess tutor?
// 1 for an answer that names the right move or fact where one is known and explains it; parts of it otherwise.
const unsure = /\b(not sure|no idea|hard to say|cannot help|can't help|as an ai)\b/i;
const reasons = /\b(because|since|so that|threat|protect|defend|attack|control|develop|check|mate|pawn|king|square|material|centre|center|plan|idea)\b/gi;

function grade(sample, item) {
  const text = (sample.output_text || "").trim();
  if (text === "" && sample.output_tools.length === 0) return { score: 0, reason: "no answer" };
  if (text === "") return { score: 0.5, reason: "calls a tool instead of answering" };
  if (unsure.test(text)) return { score: 0, reason: "evades the question" };

  const words = text.split(/\s+/).length;
  const explained = Math.min(1, (text.match(reasons) || []).length / 3);
  const length = words < 8 ? words / 8 : words > 220 ? 0.5 : 1;
  const style = 0.5 * explained + 0.5 * length;

  const known = item.reference_answer;
  if (typeof known !== "string" || known === "") return { score: 0.8 * style, reason: `explains ${explained.toFixed(2)}, length ${length.toFixed(2)}` };
  const right = text.toLowerCase().includes(known.toLowerCase());
  if (!right) return { score: 0.1 * style, reason: `does not say ${known}` };
  return { score: 0.6 + 0.4 * style, reason: `says ${known}` };
}
