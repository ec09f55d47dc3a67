import { Menu } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";

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

export function DropMenu({ trigger, entries, align = "end" }: { trigger: ReactElement; entries: Entry[]; align?: "start" | "end" }) {
  return (
    <Menu.Root>
      <Menu.Trigger render={trigger} />
      <Menu.Portal>
        <Menu.Positioner className="layer" sideOffset={6} align={align}>
          <Menu.Popup className="popup">
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
