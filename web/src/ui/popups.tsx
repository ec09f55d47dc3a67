// What opens beside a button: menus, and why a button cannot be used. Fetched when it is first asked for, since no
// screen shows one at once.
import { Menu } from "@base-ui/react/menu";
import { Popover } from "@base-ui/react/popover";
import type { ReactNode, RefObject } from "react";
import type { Entry } from "./menu";

interface Popup {
  open: boolean;
  setOpen: (open: boolean) => void;
  anchor: RefObject<HTMLElement | null>;
}

// To the button that opened it, unless somebody has gone elsewhere while it faded.
const backTo = (anchor: Popup["anchor"]) => () => {
  const now = document.activeElement;
  return now === null || now === document.body || now.closest(".layer") ? anchor.current : false;
};

export function MenuPopup({ open, setOpen, anchor, entries, align }: Popup & { entries: Entry[]; align: "start" | "end" }) {
  return (
    <Menu.Root open={open} onOpenChange={setOpen}>
      <Menu.Portal>
        <Menu.Positioner className="layer" sideOffset={6} align={align} anchor={anchor}>
          <Menu.Popup className="popup" finalFocus={backTo(anchor)}>
            {entries.map((entry, i) => {
              if (entry === "line") return <Menu.Separator key={i} className="menu-line" />;
              if ("heading" in entry)
                return (
                  <Menu.Group key={entry.heading}>
                    <Menu.GroupLabel className="menu-label">{entry.heading}</Menu.GroupLabel>
                  </Menu.Group>
                );
              const shared = { className: "menu-item", "data-danger": entry.danger || undefined };
              const content = (
                <>
                  {entry.icon}
                  {entry.label}
                  {entry.hint && <span className="hint">{entry.hint}</span>}
                </>
              );
              return entry.href ? (
                <Menu.Item key={entry.label} {...shared} render={<a href={entry.href} download />}>
                  {content}
                </Menu.Item>
              ) : (
                <Menu.Item key={entry.label} {...shared} disabled={entry.disabled} onClick={entry.act}>
                  {content}
                </Menu.Item>
              );
            })}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

export function WhyPopup({ open, setOpen, anchor, children }: Popup & { children: ReactNode }) {
  // The button closes it itself: else a press on it would close it here and open it there.
  const change = (next: boolean, { event }: { event: Event }) => {
    if (!anchor.current?.contains(event.target as Node)) setOpen(next);
  };
  return (
    <Popover.Root open={open} onOpenChange={change}>
      <Popover.Portal>
        <Popover.Positioner sideOffset={8} className="layer" anchor={anchor}>
          <Popover.Popup className="popup why" finalFocus={backTo(anchor)}>
            <Popover.Title render={<h3 />}>Not available yet</Popover.Title>
            {children}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
