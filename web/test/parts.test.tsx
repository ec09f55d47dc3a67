import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Problem, problemFrom } from "@/api/client";
import { nameOf, typing } from "@/lib/keys";
import { asQuery, filterFrom } from "@/lib/record-filter";
import { patched } from "@/lib/url";
import { topicsIn, withKnownIds } from "@/modals/import-topics";
import { isMilestone, laneOf, lineOf } from "@/lib/events";
import { Badge, Guarded, ProblemNotice } from "@/ui/parts";

afterEach(cleanup);

describe("parts", () => {
  test("a badge says its state by word, not by colour alone", () => {
    render(<Badge state="attention">Attention</Badge>);
    expect(screen.getByText("Attention").dataset.state).toBe("attention");
  });
  test("a button that cannot be used says why and leads to what mends it", async () => {
    const act = vi.fn();
    const go = vi.fn();
    render(
      <>
        <Guarded reasons={[{ reason: "no grader configured", fix: "configure a grader", go }]} onClick={act}>
          Run
        </Guarded>
      </>,
    );
    const button = screen.getByRole("button", { name: "Run" });
    expect(button.getAttribute("aria-disabled")).toBe("true");
    await userEvent.click(button);
    expect(act).not.toHaveBeenCalled();
    await userEvent.click(await screen.findByRole("button", { name: "configure a grader" }));
    expect(go).toHaveBeenCalledOnce();
  });
  test("without a reason it is a plain button", async () => {
    const act = vi.fn();
    render(
      <Guarded reasons={[]} onClick={act}>
        Run
      </Guarded>,
    );
    await userEvent.click(screen.getByRole("button", { name: "Run" }));
    expect(act).toHaveBeenCalledOnce();
  });
  test("a problem is shown in the daemon's words, with what to do and its request", () => {
    const body = { type: "urn:rftd:problem:conflict", title: "In conflict", status: 409, detail: "expected a free name", errors: [{ at: "/name", wanted: "a free name", found: "taken", hint: "choose another name" }], request: "abc-1" };
    const problem = problemFrom(409, JSON.stringify(body));
    render(
      <>
        <ProblemNotice error={problem} />
      </>,
    );
    expect(screen.getByRole("alert").textContent).toContain("expected a free name");
    expect(screen.getByText("choose another name")).toBeTruthy();
    expect(screen.getByText("abc-1")).toBeTruthy();
  });
  test("an answer that is not ours is still a problem with a text", () => {
    const problem = problemFrom(502, "<html>Bad gateway</html>");
    expect(problem).toBeInstanceOf(Problem);
    expect(problem.message).toContain("Bad gateway");
  });
});

describe("the address", () => {
  test("a patch sets, keeps and takes away", () => {
    expect(patched("?a=1&b=2", { b: null, c: 3 })).toBe("?a=1&c=3");
    expect(patched("?a=1", { a: "" })).toBe("");
  });
  test("filters become what the daemon asks for", () => {
    const search = new URLSearchParams("q=knight&conf=lt0.7&valid=false&dup=true&topic=t3");
    expect(asQuery(filterFrom((name) => search.get(name)))).toEqual({ q: "knight", confidence_lt: 0.7, valid: false, duplicate: true, topic: "t3" });
    expect(asQuery(filterFrom(() => null))).toEqual({});
  });
});

describe("keys", () => {
  test("letters are known in either case, and nothing is taken from who types", () => {
    expect(nameOf(new KeyboardEvent("keydown", { key: "K", ctrlKey: true }))).toBe("ctrl+k");
    expect(nameOf(new KeyboardEvent("keydown", { key: "ArrowUp", shiftKey: true }))).toBe("shift+ArrowUp");
    const input = document.createElement("input");
    const box = document.createElement("input");
    box.type = "checkbox";
    expect(typing(input)).toBe(true);
    expect(typing(box)).toBe(false);
  });
});

describe("a file of topics", () => {
  test("it says what is wrong and where", () => {
    expect(topicsIn("{")).toMatch(/not JSON/);
    expect(topicsIn('{"a":1}')).toMatch(/`topics`/);
    expect(topicsIn('{"topics":[{"name":"a","children":[{"x":1}]}]}')).toBe("/topics/0/children/0 has no name.");
  });
  test("ids of another dataset are left out", () => {
    const edits = topicsIn('[{"id":"t1","name":"a","children":[{"id":"t9","name":"b"}]}]');
    if (typeof edits === "string") throw new Error(edits);
    expect(withKnownIds(edits, new Set(["t1"]))).toMatchObject([{ id: "t1", name: "a", children: [{ name: "b" }] }]);
    expect(withKnownIds(edits, new Set(["t1"]))[0].children?.[0]).not.toHaveProperty("id");
  });
});

describe("events", () => {
  test("each has a lane and a line, those of a newer daemon too", () => {
    expect(laneOf("topics_defined")).toBe("topics");
    expect(laneOf("records_imported")).toBe("data");
    expect(laneOf("run_started")).toBe("runs");
    expect(lineOf({ type: "records_deleted", data: { records: [1, 2] } })).toBe("Records deleted: 2 records");
    expect(lineOf({ type: "moon_landed", data: {} })).toBe("Moon landed");
    expect(isMilestone("import_completed")).toBe(true);
    expect(isMilestone("run_progressed")).toBe(false);
  });
});
