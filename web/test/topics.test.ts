import { describe, expect, test } from "vitest";
import { changeOf, depthMax, type Draft, editOf, mistakes, moved, nudged, placed, sameTree } from "@/lib/topics";

const topic = (name: string, children: Draft[] = []): Draft => ({ key: name, id: name, name, description: "", keywords: [], records: 1, lowConfidence: 0, labelsBy: "person", central: [], children });
const tree = () => [topic("a", [topic("a1"), topic("a2")]), topic("b"), topic("c")];
const shape = (drafts: Draft[]) => placed(drafts).map((one) => ".".repeat(one.depth) + one.draft.key).join(" ");

describe("the tree of topics", () => {
  test("Alt and arrows move among neighbours, in and out", () => {
    expect(shape(nudged(tree(), "b", "up"))).toBe("b a .a1 .a2 c");
    expect(shape(nudged(tree(), "b", "down"))).toBe("a .a1 .a2 c b");
    expect(shape(nudged(tree(), "b", "in"))).toBe("a .a1 .a2 .b c");
    expect(shape(nudged(tree(), "a2", "out"))).toBe("a .a1 a2 b c");
  });
  test("what cannot be moved stays where it is", () => {
    const before = tree();
    expect(nudged(before, "a", "up")).toBe(before);
    expect(nudged(before, "a", "out")).toBe(before);
    expect(moved(before, "a", "a1", 0)).toBe(before);
    expect(moved(before, "a", "a", 0)).toBe(before);
  });
  test("no topic gets deeper than the daemon takes", () => {
    let drafts = [topic("1", [topic("2", [topic("3", [topic("4", [topic("5")])])])]), topic("x")];
    expect(placed(drafts).length).toBe(depthMax + 1);
    const before = drafts;
    drafts = moved(drafts, "x", "5", 0);
    expect(drafts).toBe(before);
  });
  test("a drop below itself counts the gap that it leaves", () => {
    expect(shape(moved(tree(), "a1", "a", 2))).toBe("a .a2 .a1 b c");
    expect(shape(moved(tree(), "c", null, 0))).toBe("c a .a1 .a2 b");
  });
  test("what changed is told by name", () => {
    const after = nudged(tree(), "b", "in").filter((one) => one.key !== "c");
    after[0].name = "A";
    expect(changeOf(tree(), after)).toEqual({ added: [], removed: ["c"], renamed: [{ from: "a", to: "A" }], moved: ["b"], described: [] });
    expect(sameTree(tree(), tree())).toBe(true);
    expect(sameTree(tree(), after)).toBe(false);
  });
  test("names are needed, and differ among neighbours only", () => {
    expect([...mistakes([topic("x"), topic("y"), { ...topic("z"), name: " X " }]).keys()]).toEqual(["z"]);
    expect(mistakes([{ ...topic("x"), name: " " }]).get("x")).toMatch(/needs a name/);
    expect(mistakes([topic("x", [{ ...topic("q"), name: "x" }])]).size).toBe(0);
  });
  test("a new topic is sent without an id", () => {
    expect(editOf([{ ...topic("n"), id: null, name: " New " }])).toEqual([{ name: "New", description: "", keywords: [], children: [] }]);
  });
});
