// A row of tabs whose choice stands in the address; null is the first.
export interface TabsProps {
  label: string;
  value: string | null;
  change: (tab: string | null) => void;
  tabs: [string | null, string][];
  panel: string; // the id of what they switch
}

export function Tabs({ label, value, change, tabs, panel }: TabsProps) {
  return (
    <div className="tabs" role="tablist" aria-label={label}>
      {tabs.map(([id, name]) => (
        <button key={name} type="button" role="tab" id={`tab-${id ?? "first"}`} aria-controls={panel} aria-selected={value === id} className="tab" onClick={() => change(id)}>
          {name}
        </button>
      ))}
    </div>
  );
}
