import { describe, expect, test } from "vitest";
import { ago, bytes, confidence, duration, percent, plural, points, shortTime, words } from "@/lib/format";

describe("numbers as text", () => {
  test("a share that is not zero never reads as none, and one that is not all never as all", () => {
    expect(percent(0, 10)).toBe("0 %");
    expect(percent(1, 100_000)).toBe("<1 %");
    expect(percent(34, 1042)).toBe("3 %");
    expect(percent(99_999, 100_000)).toBe(">99 %");
    expect(percent(5, 5)).toBe("100 %");
    expect(percent(1, 0)).toBe("0 %");
  });
  test("a confidence is never rounded up to certainty", () => {
    expect(confidence(0.99993)).toBe("0.99");
    expect(confidence(0.7)).toBe("0.70");
  });
  test("counts, sizes and times read well", () => {
    expect(plural(1, "record")).toBe("1 record");
    expect(plural(1042, "record")).toBe("1,042 records");
    expect(bytes(840_050)).toBe("820 KiB");
    expect(bytes(12)).toBe("12 B");
    expect(duration(950)).toBe("950 ms");
    expect(duration(125_000)).toBe("2 min 5 s");
    expect(points(-8.83)).toBe("−8.8");
    expect(words("records_imported")).toBe("Records imported");
    expect(ago("2026-01-01T00:00:00Z", Date.parse("2026-01-01T02:30:00Z"))).toBe("2 h ago");
  });
  test("a column of times names the day only where it is not today's", () => {
    const now = new Date(2026, 10, 22, 12, 0, 0).getTime();
    expect(shortTime(new Date(2026, 10, 22, 9, 5, 7).toISOString(), now)).toBe("09:05:07");
    expect(shortTime(new Date(2026, 10, 21, 23, 59, 0).toISOString(), now)).toBe("21 Nov, 23:59");
  });
});
