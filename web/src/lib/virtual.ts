// Which rows of a long list are seen. Browsers stop at some 16 million pixels, so beyond that the scroll bar stands
// for a share of the list instead of for pixels.
export const heightMax = 15_000_000; // px

export interface WindowOfRows {
  first: number;
  last: number; // one past
  height: number; // px of the whole list
  top: number; // px where row `first` stands
}

export function rowsInView(rows: number, rowHeight: number, scrollTop: number, viewport: number, spare = 6): WindowOfRows {
  const natural = rows * rowHeight;
  const seen = Math.ceil(viewport / rowHeight) + 1;
  if (natural <= heightMax) {
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - spare);
    return { first, last: Math.min(rows, first + seen + 2 * spare), height: natural, top: first * rowHeight };
  }
  const share = Math.min(1, Math.max(0, scrollTop / (heightMax - viewport)));
  const exact = share * (rows - viewport / rowHeight);
  const first = Math.max(0, Math.floor(exact) - spare);
  return { first, last: Math.min(rows, first + seen + 2 * spare), height: heightMax, top: scrollTop - (exact - first) * rowHeight };
}

// Where to scroll to, so that the row is in view; null when it is.
export function scrollFor(row: number, rows: number, rowHeight: number, scrollTop: number, viewport: number): number | null {
  const natural = rows * rowHeight;
  const scaled = natural > heightMax;
  const exact = scaled ? (scrollTop / (heightMax - viewport)) * (rows - viewport / rowHeight) : scrollTop / rowHeight;
  const seen = viewport / rowHeight;
  if (row >= exact && row + 1 <= exact + seen) return null;
  const target = row < exact ? row : row + 1 - seen;
  return scaled ? (target / (rows - seen)) * (heightMax - viewport) : target * rowHeight;
}
