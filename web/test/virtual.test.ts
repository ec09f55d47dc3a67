import { describe, expect, test } from "vitest";
import { heightMax, rowsInView, scrollFor } from "@/lib/virtual";

describe("rows of a long list", () => {
  test("a short list stands in pixels", () => {
    const view = rowsInView(1000, 38, 3800, 600, 0);
    expect(view.first).toBe(100);
    expect(view.top).toBe(3800);
    expect(view.last).toBe(117);
    expect(view.height).toBe(38_000);
  });
  test("a million rows stay under what a browser can draw, and both ends are reached", () => {
    const rows = 1_000_000;
    const height = rowsInView(rows, 38, 0, 600).height;
    expect(height).toBe(heightMax);
    expect(rowsInView(rows, 38, 0, 600).first).toBe(0);
    expect(rowsInView(rows, 38, heightMax - 600, 600).last).toBe(rows);
  });
  test("never more than a screenful and some is drawn", () => {
    for (let scroll = 0; scroll <= heightMax - 600; scroll += 1_111_111) {
      const view = rowsInView(5_000_000, 38, scroll, 600);
      expect(view.last - view.first).toBeLessThan(40);
      expect(view.first).toBeLessThanOrEqual(view.last);
    }
  });
  test("a row is scrolled to so that it is in view, and not moved when it is", () => {
    for (const rows of [1000, 1_000_000]) {
      for (const row of [0, 17, Math.floor(rows / 2), rows - 1]) {
        const top = scrollFor(row, rows, 38, 5_000, 600) ?? 5_000;
        const view = rowsInView(rows, 38, top, 600, 0);
        expect(row).toBeGreaterThanOrEqual(view.first);
        expect(row).toBeLessThan(view.last);
      }
    }
    expect(scrollFor(5, 1000, 38, 100, 600)).toBeNull();
  });
});
