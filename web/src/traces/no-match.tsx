// A filter that lets nothing through: which part of it to take away.
import { Search } from "lucide-react";
import { filterWords, isFiltered } from "@/lib/trace-filter";
import { Button, Empty } from "@/ui/parts";
import type { FilterState } from "./filter-state";

export function NoMatch({ state }: { state: FilterState }) {
  const words = filterWords(state.filter);
  return (
    <Empty icon={<Search size={30} aria-hidden />} title="No call matches">
      {isFiltered(state.filter) && (
        <>
          <p>Take one part of the filter away:</p>
          <ul className="filter-words centred">
            {words.map(({ text, widen }) => (
              <li key={text}>
                <Button className="small" onClick={() => state.change(widen)}>
                  Without {text}
                </Button>
              </li>
            ))}
          </ul>
          <Button onClick={state.clear}>Clear the filter</Button>
        </>
      )}
    </Empty>
  );
}
