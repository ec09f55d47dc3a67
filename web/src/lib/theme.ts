// System, light or dark: the only thing besides column widths that the browser keeps.
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
const name = "rftd.theme";
const listeners = new Set<() => void>();

function stored(): Theme {
  try {
    const value = localStorage.getItem(name);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

let theme: Theme = stored();

function show() {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
show();

export function setTheme(next: Theme) {
  theme = next;
  try {
    localStorage.setItem(name, next);
  } catch {
    // A browser without storage forgets the choice; the page works all the same.
  }
  show();
  listeners.forEach((listener) => listener());
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => theme,
  );
}
