import { setLetterKeys, useLetterKeys } from "@/lib/keys";
import { useHere } from "@/screens/here";
import { Modal } from "@/ui/modal";

const groups: { name: string; keys: [string, string][] }[] = [
  { name: "Canvas", keys: [["1 … 7", "Select a step"], ["[ ]", "Previous, next step"], ["Enter", "Open what is selected"], ["r", "Records"], ["i", "Issues"], ["h", "Health"], ["Esc", "Close, then leave the past"]] },
  { name: "Time", keys: [["t", "Go to the timeline"], ["← →", "One event (with Shift: ten)"], ["Page up / down", "Previous, next milestone"], ["Home / End", "First event, live"], ["d", "Compare two moments"]] },
  { name: "Records", keys: [["j k", "Next, previous record"], ["x", "Select (with Shift: to here)"], ["Enter", "Open the record"]] },
  { name: "Topics", keys: [["Alt ↑ ↓", "Move among its neighbours"], ["Alt → ←", "Move in, move out"], ["Enter", "Rename"]] },
  { name: "Everywhere", keys: [["Ctrl K", "Find anything"], ["g d", "All datasets"], ["g n", "New dataset"], ["?", "This list"]] },
];

export default function KeysModal() {
  const here = useHere();
  const letters = useLetterKeys();
  return (
    <Modal title="Keyboard shortcuts" close={here.close}>
      <label className="checkline">
        <input type="checkbox" className="check" checked={letters} onChange={(event) => setLetterKeys(event.target.checked)} />
        <span>
          Single-letter shortcuts <span className="muted">(switch them off if they get in the way of speech input)</span>
        </span>
      </label>
      <div className="keys">
        {groups.map((group) => (
          <section key={group.name}>
            <h3 className="tag">{group.name}</h3>
            <dl>
              {group.keys.map(([key, what]) => (
                <div key={key}>
                  <dt>
                    <kbd className="kbd">{key}</kbd>
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
