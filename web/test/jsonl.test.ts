import { describe, expect, test } from "vitest";
import { lineOf, previewOf, previewOfText } from "@/lib/jsonl";

const chat = JSON.stringify({ messages: [{ role: "user", content: "Castle?" }, { role: "assistant", content: "Yes." }] });

describe("a file before it is sent", () => {
  test("the accepted shapes are recognised", () => {
    expect(previewOfText(`${chat}\n${chat}\n`, true)).toMatchObject({ refusal: null, shape: "OpenAI chat lines" });
    expect(lineOf(1, JSON.stringify({ messages: [{ role: "user", content: [{ type: "text", text: "Parts" }] }], reference_answer: "x" }))).toEqual({ line: 1, shape: "rft", text: "Parts" });
    expect(lineOf(2, JSON.stringify({ input: { messages: [{ role: "user", content: "In" }] }, output: "out" })).shape).toBe("input");
  });
  test("lines that are wrong are shown with their number, and do not refuse the file", () => {
    const preview = previewOfText(`${chat}\n{oops\n[1]\n`, true);
    expect(preview.refusal).toBeNull();
    expect(preview.lines.map((one) => [one.line, one.shape])).toEqual([[1, "chat"], [2, null], [3, null]]);
  });
  test("what is no JSONL at all is refused with what to do", () => {
    expect(previewOfText("", true).refusal).toMatch(/empty/);
    expect(previewOfText("Dear all\nHello\n", true).refusal).toMatch(/None of the first 2 lines/);
    expect(previewOfText(JSON.stringify([{ messages: [] }]), true).refusal).toMatch(/jq/);
    expect(previewOfText("\u0000\u0001", true).refusal).toMatch(/not a text file/);
  });
  test("a line that the slice cuts is not called broken", () => {
    expect(previewOfText(chat + "\n" + chat.slice(0, 20), false).lines).toHaveLength(1);
    expect(previewOfText(chat.slice(0, 20), false).refusal).toBeNull();
  });
  test("a byte order mark is passed over, and a zstd file is left to the daemon", async () => {
    expect(previewOfText("\uFEFF" + chat, true).shape).toBe("OpenAI chat lines");
    expect((await previewOf(new Blob([new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 1])]))).kind).toBe("zstd");
  });
});
