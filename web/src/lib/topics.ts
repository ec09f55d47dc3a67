// The hierarchy of topics as values: finding, moving, renaming; what is saved and what changed. Nothing here asks
// the daemon.
import type { Topic, TopicEdit } from "@/api/types";

export interface Draft {
  key: string; // stable while editing: the id, or one made up for a new topic
  id: string | null;
  name: string;
  description: string;
  keywords: string[];
  records: number;
  lowConfidence: number;
  labelsBy: string;
  central: string[]; // ids of its most typical records
  children: Draft[];
}

export function draftOf(topics: Topic[]): Draft[] {
  return topics.map((topic) => ({
    key: topic.id,
    id: topic.id,
    name: topic.name,
    description: topic.description,
    keywords: topic.keywords,
    records: topic.records,
    lowConfidence: topic.low_confidence,
    labelsBy: topic.labels_by,
    central: topic.central_records,
    children: draftOf(topic.children),
  }));
}

export function editOf(drafts: Draft[]): TopicEdit[] {
  return drafts.map((draft) => ({
    ...(draft.id ? { id: draft.id } : {}),
    name: draft.name.trim(),
    description: draft.description,
    keywords: draft.keywords,
    children: editOf(draft.children),
  }));
}

export interface Placed {
  draft: Draft;
  depth: number; // 0 = top level
  parent: string | null; // key
  index: number; // among its siblings
}

export function placed(drafts: Draft[], depth = 0, parent: string | null = null): Placed[] {
  return drafts.flatMap((draft, index) => [{ draft, depth, parent, index }, ...placed(draft.children, depth + 1, draft.key)]);
}

export const find = (drafts: Draft[], key: string): Placed | undefined => placed(drafts).find((one) => one.draft.key === key);

export function changed(drafts: Draft[], key: string, patch: Partial<Draft>): Draft[] {
  return drafts.map((draft) => (draft.key === key ? { ...draft, ...patch } : { ...draft, children: changed(draft.children, key, patch) }));
}

export function without(drafts: Draft[], key: string): Draft[] {
  return drafts.filter((draft) => draft.key !== key).map((draft) => ({ ...draft, children: without(draft.children, key) }));
}

export function inserted(drafts: Draft[], parent: string | null, index: number, one: Draft): Draft[] {
  if (parent === null) return [...drafts.slice(0, index), one, ...drafts.slice(index)];
  return drafts.map((draft) => (draft.key === parent ? { ...draft, children: inserted(draft.children, null, index, one) } : { ...draft, children: inserted(draft.children, parent, index, one) }));
}

export const depthMax = 5;
const heightOf = (draft: Draft): number => 1 + Math.max(0, ...draft.children.map(heightOf));

// Under itself or too deep: the tree as it was.
export function moved(drafts: Draft[], key: string, parent: string | null, index: number): Draft[] {
  const one = find(drafts, key);
  if (!one || (parent !== null && (parent === key || placed(one.draft.children).some((below) => below.draft.key === parent)))) return drafts;
  const depth = parent === null ? 0 : (find(drafts, parent)?.depth ?? 0) + 1;
  if (depth + heightOf(one.draft) > depthMax) return drafts;
  const before = one.parent === parent && one.index < index ? 1 : 0;
  return inserted(without(drafts, key), parent, index - before, one.draft);
}

export type Direction = "up" | "down" | "in" | "out";

// Alt and an arrow: up and down among siblings, in under the one above, out beside the parent.
export function nudged(drafts: Draft[], key: string, direction: Direction): Draft[] {
  const one = find(drafts, key);
  if (!one) return drafts;
  const siblings = one.parent === null ? drafts : (find(drafts, one.parent)?.draft.children ?? []);
  if (direction === "up" && one.index > 0) return moved(drafts, key, one.parent, one.index - 1);
  if (direction === "down" && one.index < siblings.length - 1) return moved(drafts, key, one.parent, one.index + 2);
  if (direction === "in" && one.index > 0) {
    const above = siblings[one.index - 1];
    return moved(drafts, key, above.key, above.children.length);
  }
  if (direction === "out" && one.parent !== null) {
    const parent = find(drafts, one.parent);
    if (parent) return moved(drafts, key, parent.parent, parent.index + 1);
  }
  return drafts;
}

export interface TreeChange {
  added: string[];
  removed: string[];
  renamed: { from: string; to: string }[];
  moved: string[];
  described: string[];
}

export function changeOf(before: Draft[], after: Draft[]): TreeChange {
  const was = new Map(placed(before).map((one) => [one.draft.id, one]));
  const change: TreeChange = { added: [], removed: [], renamed: [], moved: [], described: [] };
  const kept = new Set<string | null>();
  for (const now of placed(after)) {
    const old = now.draft.id ? was.get(now.draft.id) : undefined;
    if (!old) {
      change.added.push(now.draft.name);
      continue;
    }
    kept.add(now.draft.id);
    if (old.draft.name !== now.draft.name) change.renamed.push({ from: old.draft.name, to: now.draft.name });
    if (old.parent !== now.parent) change.moved.push(now.draft.name);
    if (old.draft.description !== now.draft.description || old.draft.keywords.join() !== now.draft.keywords.join()) change.described.push(now.draft.name);
  }
  for (const [id, one] of was) if (!kept.has(id)) change.removed.push(one.draft.name);
  return change;
}

export function sameTree(a: Draft[], b: Draft[]): boolean {
  return JSON.stringify(editOf(a)) === JSON.stringify(editOf(b));
}

// What is wrong with a draft, by key.
export function mistakes(drafts: Draft[]): Map<string, string> {
  const found = new Map<string, string>();
  const look = (siblings: Draft[]) => {
    const names = new Map<string, string>();
    for (const draft of siblings) {
      const name = draft.name.trim().toLowerCase();
      if (name === "") found.set(draft.key, "A topic needs a name.");
      else if (names.has(name)) found.set(draft.key, `There is another “${draft.name.trim()}” beside it.`);
      names.set(name, draft.key);
      look(draft.children);
    }
  };
  look(drafts);
  return found;
}

export function namesById(topics: Topic[]): Map<string, string> {
  return new Map(topics.flatMap((topic) => [[topic.id, topic.name] as const, ...namesById(topic.children)]));
}
