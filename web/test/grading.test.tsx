import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { touchedBy } from "@/api/live";
import type { DryRunReport, TestedSample } from "@/api/types";
import { Answer, answerText } from "@/grading/answer";
import { Scores } from "@/grading/histogram";
import { binFilter, metricRows } from "@/lib/dry-run";
import { draftOf, graderOf, placeOf, starters } from "@/lib/grader";
import { asQuery, bounds, filterFrom } from "@/lib/record-filter";

afterEach(cleanup);

describe("a grader as it is edited", () => {
  test("what was stored comes back the same, fields that the form does not show too", () => {
    const judge = { type: "llm_judge", model: "judge-large", prompt: "Score {{ sample.output_text }}", temperature: 0, max_tokens: 256, schema: { type: "object" } };
    expect(graderOf(draftOf(judge))).toEqual(judge);
    const script = { type: "script", source: "function grade() { return 1; }" };
    expect(graderOf(draftOf(script))).toEqual(script);
    const check = { type: "string_check", name: "same", input: "a", reference: "b", operation: "eq" };
    expect(graderOf(draftOf(check))).toEqual(check);
  });
  test("nothing stored yet begins with a script that grades", () => {
    expect(graderOf(draftOf(null))).toEqual({ type: "script", source: starters[0].source });
    const grade = new Function(`${starters[0].source}; return grade;`)() as (sample: object, item: object) => { score: number };
    expect(grade({ output_text: "The move is Bb6+." }, { reference_answer: "bb6+" }).score).toBe(1);
    expect(grade({ output_text: "The move is a4." }, { reference_answer: "Bb6+" }).score).toBe(0.1);
    expect(grade({ output_text: "  " }, {}).score).toBe(0);
  });
  test("a draft that is no grader says why", () => {
    const draft = draftOf(null);
    expect(graderOf({ ...draft, source: " " })).toMatch(/empty/);
    expect(graderOf({ ...draft, kind: "llm_judge" })).toMatch(/prompt/);
    expect(graderOf({ ...draft, kind: "json", json: "[1]" })).toMatch(/one JSON object/);
    expect(graderOf({ ...draft, kind: "json", json: "{" })).toMatch(/JSON/);
  });
  test("a problem is marked where the daemon says it is", () => {
    const script = "function grade() {\n  return 1 +;\n}";
    const place = placeOf(script, "/source", "SyntaxError: Unexpected token ';' in line 2, column 13");
    expect(script.slice(place.from, place.to)).toBe(";");
    const json = '{\n  "type": "multi",\n  "graders": {\n    "same": { "operation": "eqq" }\n  }\n}';
    const { from } = placeOf(json, "/graders/same/operation", "eqq");
    expect(json.slice(from, from + 11)).toBe('"operation"');
    expect(placeOf("a\nb", "/source", "in line 9, column 9")).toEqual({ from: 3, to: 3 });
  });
});

describe("scores", () => {
  const statistics = { mean: 0.5, std: 0.3, median: 0.5, min: 0, max: 1, p10: 0, p25: 0.2, p75: 0.8, p90: 1, above_zero: 0.996, equal_one: 0.1, scored: 250, unscored: 2 };
  const histogram = Array.from({ length: 20 }, (_, i) => ({ from: i / 20, to: (i + 1) / 20, count: i === 0 ? 1 : i === 19 ? 249 : 0 }));
  const metric = (value: number, go: number, no_go: number, verdict: "GO" | "CAUTION" | "NO-GO") => ({ value, go, no_go, verdict });
  const report = {
    statistics,
    histogram,
    metrics: { mean: metric(0.5, 0.2, 0.1, "GO"), above_zero: metric(0.996, 0.7, 0.5, "GO"), std: metric(0.07, 0.1, 0.05, "CAUTION"), unscored: metric(2 / 252, 0.1, 0.1, "GO") },
    intervals: { mean: { low: 0.4, high: 0.6 }, above_zero: { low: 0.98, high: 1 }, std: { low: 0.06, high: 0.08 } },
  } as unknown as DryRunReport;

  test("the table's thresholds are the daemon's", () => {
    const rows = metricRows(report);
    expect(rows.map((row) => [row.name, row.value, row.go, row.caution, row.noGo, row.metric.verdict])).toEqual([
      ["Mean score", "0.50", "> 0.20", "0.10 to 0.20", "< 0.10", "GO"],
      ["Scoring above 0", "99.6 %", "> 70 %", "50 % to 70 %", "< 50 %", "GO"],
      ["Standard deviation", "0.07", "> 0.10", "0.05 to 0.10", "< 0.05", "CAUTION"],
      ["Without a score", "0.8 %", "≤ 10 %", "–", "> 10 %", "GO"],
    ]);
  });
  test("the picture is told in words and in a table, and a bin leads to its answers", async () => {
    const pick = vi.fn();
    render(<Scores report={report} pick={pick} />);
    expect(screen.getByRole("img", { name: "250 scores in 20 bins from 0 to 1; mean 0.50, median 0.50" })).toBeTruthy();
    await userEvent.click(screen.getByText("Data table"));
    expect(screen.getByText("<1 %")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "0.95 to 1.00" }));
    expect(binFilter(pick.mock.calls[0][0])).toBe("gte0.95");
    expect(bounds("score", binFilter(histogram[2]))).toEqual({ score_gte: 0.1, score_lt: 0.15 });
  });
  test("a filter of scores is one of records too", () => {
    const search = new URLSearchParams("score=gte0.4lt0.5");
    expect(asQuery(filterFrom((name) => search.get(name)))).toEqual({ score_gte: 0.4, score_lt: 0.5 });
    expect(bounds("score", "none")).toEqual({});
  });
  test("an answer that could not be graded has no score, and says why", () => {
    const sample = { record: "r1", topic: null, item: { user_message: "<b>Why?</b>" }, sample: { output_text: "", output_tools: [{ function: { name: "look", arguments: "{}" } }] }, score: null, reason: "", error: "it took more than 1 s", console: "", passed: null, parts: [] } as unknown as TestedSample;
    render(<Answer sample={sample} />);
    expect(screen.getByText("no score")).toBeTruthy();
    expect(screen.getByText("it took more than 1 s")).toBeTruthy();
    expect(screen.getByText("<b>Why?</b>")).toBeTruthy();
    expect(answerText(sample.sample)).toBe("look({})");
  });
  test("each block of a run outdates the run, not the records", () => {
    expect(touchedBy("samples_graded")).toContain("dry-run");
    expect(touchedBy("samples_graded")).not.toContain("*");
    expect(touchedBy("dry_run_measured")).toContain("*");
  });
});
