// A file dropped where there is no place for one: taken along to the screen that has it.
import { type DragEvent, useEffect } from "react";

let offered: File | null = null;

export function useOffered(take: (file: File) => void) {
  useEffect(() => {
    const file = offered;
    offered = null;
    if (file) take(file);
  }, []); // eslint-disable-line react-hooks/exhaustive-deps
}

const hasFiles = ({ dataTransfer }: { dataTransfer: DataTransfer | null }) => dataTransfer?.types.includes("Files") ?? false;

// For a whole screen: whatever file is dropped on it, `go` leads to where it is taken.
export function dropsOn(go: () => void) {
  return {
    onDragOver: (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault();
    },
    onDrop: (event: DragEvent) => {
      const file = event.dataTransfer.files[0];
      if (!file || event.defaultPrevented) return;
      event.preventDefault();
      offered = file;
      go();
    },
  };
}

// Anywhere else a browser would leave the page to show the file.
export function keepOnPage() {
  for (const name of ["dragover", "drop"] as const) {
    window.addEventListener(name, (event) => {
      if (event.defaultPrevented || !hasFiles(event)) return;
      event.preventDefault();
      event.dataTransfer!.dropEffect = "none";
    });
  }
}
