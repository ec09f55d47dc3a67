// One bubble for all short explanations: what carries `data-tip` gets it when it is pointed at or focused. One pair
// of listeners costs nothing however many tips a page has, and nothing when it is drawn anew.
import { cloneElement, type ReactElement, useEffect, useLayoutEffect, useRef, useState } from "react";

const patience = 350; // ms of pointing
const grace = 100; // ms to reach the bubble
const space = 6; // px

export function Tip({ text, children }: { text: string; children: ReactElement }) {
  return cloneElement(children as ReactElement<Record<string, unknown>>, { "data-tip": text });
}

export function Tips() {
  const [owner, setOwner] = useState<HTMLElement | null>(null);
  const bubble = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (next: HTMLElement | null, wait: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => setOwner(next), wait);
    };
    const ownerOf = (target: EventTarget | null) => (target instanceof Element ? target.closest<HTMLElement>("[data-tip]") : null);
    const over = (event: PointerEvent) => {
      if (event.pointerType === "touch") return;
      if (bubble.current?.contains(event.target as Node)) return clearTimeout(timer);
      const next = ownerOf(event.target);
      later(next, next ? patience : grace);
    };
    const focus = (event: FocusEvent) => {
      const next = ownerOf(event.target);
      if (next?.matches(":focus-visible")) later(next, 0);
    };
    const hide = () => later(null, 0);
    const key = (event: KeyboardEvent) => event.key === "Escape" && hide();
    const listeners: [string, (event: never) => void][] = [["pointerover", over], ["pointerdown", hide], ["focusin", focus], ["focusout", hide], ["keydown", key], ["scroll", hide]];
    for (const [name, listener] of listeners) document.addEventListener(name, listener as EventListener, { capture: true, passive: true });
    return () => {
      clearTimeout(timer);
      for (const [name, listener] of listeners) document.removeEventListener(name, listener as EventListener, { capture: true });
    };
  }, []);
  useLayoutEffect(() => {
    if (!owner || !bubble.current) return;
    const at = owner.getBoundingClientRect();
    const { offsetWidth: wide, offsetHeight: tall } = bubble.current;
    const left = Math.min(Math.max(space, at.left + at.width / 2 - wide / 2), window.innerWidth - wide - space);
    const top = at.top - tall - space >= 0 ? at.top - tall - space : at.bottom + space;
    Object.assign(bubble.current.style, { left: `${left}px`, top: `${top}px` });
  }, [owner]);
  if (!owner?.isConnected) return null;
  // Hidden from screen readers: what a tip says is the name of the control, or is told where it opens.
  return (
    <div ref={bubble} className="tip" aria-hidden>
      {owner.dataset.tip}
    </div>
  );
}
