import { act, cleanup, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { lazily } from "@/lib/lazily";
import { Boundary } from "@/ui/boundary";

afterEach(cleanup);

const Hello = ({ name }: { name: string }) => <p>Hello {name}</p>;

describe("a part that is fetched when it is shown", () => {
  test("shows what waits until it is there, and is drawn at once the second time", async () => {
    let give: (found: { default: typeof Hello }) => void = () => undefined;
    const Part = lazily(() => new Promise<{ default: typeof Hello }>((done) => (give = done)), () => <p>One moment</p>);
    const first = render(<Part name="you" />);
    expect(screen.getByText("One moment")).toBeTruthy();
    await act(async () => give({ default: Hello }));
    expect(screen.getByText("Hello you")).toBeTruthy();
    first.unmount();
    render(<Part name="again" />);
    expect(screen.getByText("Hello again")).toBeTruthy();
  });
  test("fetched before, it never waits", async () => {
    const Part = lazily(async () => ({ default: Hello }), () => <p>One moment</p>);
    await Part.fetch();
    render(<Part name="early" />);
    expect(screen.queryByText("One moment")).toBeNull();
    expect(screen.getByText("Hello early")).toBeTruthy();
  });
  test("what cannot be fetched is told of where it stands, and is tried again", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    let broken = true;
    const Part = lazily(async () => {
      if (broken) throw new TypeError("Failed to fetch dynamically imported module: /assets/x.js");
      return { default: Hello };
    });
    const within = (child: ReactNode) => <Boundary what="This dialog">{child}</Boundary>;
    render(within(<Part name="you" />));
    expect(await screen.findByText(/This dialog could not be loaded/)).toBeTruthy();
    broken = false;
    await act(async () => screen.getByRole("button", { name: "Try again" }).click());
    expect(await screen.findByText("Hello you")).toBeTruthy();
  });
});
