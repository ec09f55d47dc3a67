// Checks the sizes of a build against what we allow ourselves; ends with 1 when one is over.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const dist = process.argv[2] ?? new URL("../dist", import.meta.url).pathname;
const files = readdirSync(join(dist, "assets")).filter((name) => /\.(js|css)$/.test(name));
const size = (name) => gzipSync(readFileSync(join(dist, "assets", name)), { level: 9 }).length;
const sizes = new Map(files.map((name) => [name, size(name)]));
const text = new Map(files.map((name) => [name, readFileSync(join(dist, "assets", name), "utf8")]));

// A chunk and what it imports statically, styles included.
function closure(names, found = new Set()) {
  for (const name of names) {
    if (found.has(name) || !sizes.has(name)) continue;
    found.add(name);
    const imports = [...text.get(name).matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)].map((match) => match[1]);
    closure(imports, found);
  }
  return found;
}
const sum = (names) => [...names].reduce((all, name) => all + sizes.get(name), 0);
const html = readFileSync(join(dist, "index.html"), "utf8");
const entry = closure([...html.matchAll(/assets\/([^"']+\.(?:js|css))/g)].map((match) => match[1]));
const named = (prefix) => files.filter((name) => new RegExp(`^(${prefix})-[\\w-]{8}\\.(js|css)$`).test(name));
const canvas = closure([...entry, ...named("dataset|flow|feed\\.worker")]);

const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
const runtime = Object.entries(lock.packages).filter(([path, one]) => path !== "" && !one.dev && !one.optional).length;

const limits = [
  ["entry", sum(entry) / 1000, 150, "KB gz"],
  ["canvas route", sum(canvas) / 1000, 240, "KB gz"],
  ["everything", sum(files) / 1000, 480, "KB gz"],
  ["runtime packages", runtime, 90, ""],
];
let over = false;
for (const [what, found, limit, unit] of limits) {
  console.log(`${what}: ${found.toFixed(unit ? 1 : 0)} of ${limit} ${unit}`);
  if (found > limit) over = true;
}
// Files that import each other: what stands at the top of one may be undefined for the other.
function cycles(name, path = [], done = new Set()) {
  if (path.includes(name)) return [[...path.slice(path.indexOf(name)), name].join(" > ")];
  if (done.has(name)) return [];
  done.add(name);
  const imports = [...text.get(name).matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)].map((match) => match[1]);
  return imports.flatMap((other) => cycles(other, [...path, name], done));
}
const done = new Set();
const found = files.filter((name) => name.endsWith(".js")).flatMap((name) => cycles(name, [], done));
for (const cycle of found) console.error(`budget: expected no file to import one that imports it, found ${cycle}: name what they share in vite.config.ts`);
if (found.length > 0) over = true;
if (named("dataset").length === 0 || named("flow").length === 0) {
  console.error("budget: expected chunks named dataset and flow, found neither: name them here anew");
  over = true;
}
process.exit(over ? 1 : 0);
