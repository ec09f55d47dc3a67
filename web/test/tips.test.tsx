import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { IconButton } from "@/ui/parts";
import { DropMenu } from "@/ui/menu";
import { Tips } from "@/ui/tips";

afterEach(cleanup);

test("what is pointed at for a moment says what it is, until Escape or a press", async () => {
  render(
    <>
      <IconButton label="Settings">x</IconButton>
      <Tips />
    </>,
  );
  const button = screen.getByRole("button", { name: "Settings" });
  fireEvent.pointerOver(button);
  expect(document.querySelector(".tip")).toBeNull();
  await waitFor(() => expect(document.querySelector(".tip")?.textContent).toBe("Settings"));
  fireEvent.keyDown(document.body, { key: "Escape" });
  await waitFor(() => expect(document.querySelector(".tip")).toBeNull());
  fireEvent.pointerOver(button);
  await waitFor(() => expect(document.querySelector(".tip")).not.toBeNull());
  fireEvent.pointerDown(button);
  await waitFor(() => expect(document.querySelector(".tip")).toBeNull());
});

test("a menu is fetched when it is asked for, and opens by click and by arrow", async () => {
  let chosen = "";
  render(<DropMenu trigger={<button type="button">More</button>} entries={[{ label: "Copy", act: () => (chosen = "copy") }]} />);
  const button = screen.getByRole("button", { name: "More" });
  expect(button.getAttribute("aria-expanded")).toBe("false");
  fireEvent.click(button);
  fireEvent.click(await screen.findByRole("menuitem", { name: "Copy" }));
  expect(chosen).toBe("copy");
  await waitFor(() => expect(button.getAttribute("aria-expanded")).toBe("false"));
  fireEvent.keyDown(button, { key: "ArrowDown" });
  expect(await screen.findByRole("menuitem", { name: "Copy" })).toBeTruthy();
});
