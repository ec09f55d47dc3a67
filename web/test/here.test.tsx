import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { sawHead } from "@/api/live";
import type { Canvas } from "@/api/types";
import { CanvasContext, type Here, HereContext, useHere, useMoment } from "@/screens/here";

afterEach(cleanup);

const canvas = { position: 4, head: 4, at: null, objective: "", name: "chess", steps: [], health: { records: 0 }, next: null } as unknown as Canvas;
const here = { id: "d77", at: null, live: true, canvas } as unknown as Here;
let drawn = 0;
function Card() {
  drawn += 1;
  return <p>{useHere().canvas.name}</p>;
}
function Position() {
  const { position, head } = useMoment();
  return <p>{`${position} of ${head}`}</p>;
}

test("an event is told to who shows positions, and nothing else is drawn anew", () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <HereContext value={here}>
        <CanvasContext value={canvas}>
          <Card />
          <Position />
        </CanvasContext>
      </HereContext>
    </QueryClientProvider>,
  );
  expect(screen.getByText("4 of 4")).toBeTruthy();
  const before = drawn;
  for (let head = 5; head < 40; head += 1) act(() => sawHead("d77", head));
  expect(screen.getByText("4 of 39")).toBeTruthy();
  expect(drawn).toBe(before);
});
