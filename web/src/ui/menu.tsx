// A button with a menu. The menu itself is fetched when it is first asked for, or once the page has time.
import { cloneElement, type KeyboardEvent, type ReactElement, type ReactNode, useRef, useState } from "react";
import { lazily } from "@/lib/lazily";

export interface Item {
  label: string;
  icon?: ReactNode;
  hint?: string;
  danger?: boolean;
  disabled?: boolean;
  href?: string; // a download
  act?: () => void;
}
export type Entry = Item | "line" | { heading: string };

const MenuPopup = lazily(async () => ({ default: (await import("./popups")).MenuPopup }));
export const fetchPopups = MenuPopup.fetch;

export function DropMenu({ trigger, entries, align = "end" }: { trigger: ReactElement; entries: Entry[]; align?: "start" | "end" }) {
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState(false); // kept once it was there, so that it can fade
  const anchor = useRef<HTMLElement>(null);
  const show = (next: boolean) => {
    setAsked(true);
    setOpen(next);
  };
  const button = cloneElement(trigger as ReactElement<Record<string, unknown>>, {
    ref: anchor,
    "aria-haspopup": "menu",
    "aria-expanded": open,
    onClick: () => show(!open),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      show(true);
    },
  });
  return (
    <>
      {button}
      {asked && <MenuPopup open={open} setOpen={setOpen} anchor={anchor} entries={entries} align={align} />}
    </>
  );
}
