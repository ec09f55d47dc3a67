// Keys of the page. Single letters do nothing while somebody types or a dialog is open, and can be switched off.
import { useEffect, useRef, useSyncExternalStore } from "react";

export type KeyMap = Record<string, ((event: KeyboardEvent) => unknown) | undefined>;
// A handler that returns false has left the key to whom it was meant for.

const setting = "rftd.keys";
const listeners = new Set<() => void>();
let on = (() => {
  try {
    return localStorage.getItem(setting) !== "off";
  } catch {
    return true;
  }
})();

export function setLetterKeys(value: boolean) {
  on = value;
  try {
    localStorage.setItem(setting, value ? "on" : "off");
  } catch {
    // Forgotten with the tab.
  }
  listeners.forEach((listener) => listener());
}
export function useLetterKeys(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => on,
  );
}

export function nameOf(event: KeyboardEvent): string {
  const control = event.ctrlKey || event.metaKey ? "ctrl+" : "";
  return control + (event.shiftKey && event.key.length > 1 ? "shift+" : "") + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
}

export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio], [type=button]), textarea, select");
}

let first = ""; // of a sequence like "g d"
let firstAt = 0;

export function useKeys(map: KeyMap, { inDialogs = false } = {}) {
  const latest = useRef(map);
  latest.current = map;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey) return;
      const name = nameOf(event);
      const letter = name.length === 1;
      if (letter && (!on || typing(event.target))) return;
      if (!inDialogs && !name.startsWith("ctrl+") && document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]')) return;
      const sequence = Date.now() - firstAt < 800 && first ? `${first} ${name}` : "";
      const act = (sequence && latest.current[sequence]) || latest.current[name];
      if (letter) {
        first = name;
        firstAt = Date.now();
      }
      if (!act) return;
      if (act(event) !== false) event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [inDialogs]);
}
