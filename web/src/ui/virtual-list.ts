import { type RefObject, useLayoutEffect, useState } from "react";
import { rowsInView, type WindowOfRows } from "@/lib/virtual";

export function useRowsInView(box: RefObject<HTMLElement | null>, rows: number, rowHeight: number): WindowOfRows & { viewport: number } {
  const [view, setView] = useState({ scrollTop: 0, viewport: 600 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    let frame = 0;
    const measure = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => setView({ scrollTop: element.scrollTop, viewport: element.clientHeight }));
    };
    setView({ scrollTop: element.scrollTop, viewport: element.clientHeight });
    element.addEventListener("scroll", measure, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener("scroll", measure);
      observer.disconnect();
    };
  }, [box]);
  return { ...rowsInView(rows, rowHeight, view.scrollTop, view.viewport), viewport: view.viewport };
}
