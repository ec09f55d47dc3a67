// What runs in every new context before a script does: takes away clocks and shared state, and freezes what
// is built in, so that no record can leave anything for the next.
#pragma once

namespace steps::script {

// A function of (hasClock, log, random) that gives one that says whether what could not be frozen is as it
// was.
inline constexpr char prelude[] = R"js((hasClock, log, random) => {
  'use strict';
  const { getPrototypeOf, getOwnPropertyDescriptor, defineProperty, freeze, isFrozen } = Object;
  const { ownKeys } = Reflect;

  const clocks = hasClock ? [] : ['Date'];
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', ...clocks]) {
    delete globalThis[name];
  }
  if (!hasClock) { delete Intl.DateTimeFormat; delete Intl.RelativeTimeFormat; }
  // The last match of an expression would outlive the record: RegExp.$1 and its kin.
  for (const key of ownKeys(RegExp)) {
    if (!['prototype', 'length', 'name', Symbol.species].includes(key)) delete RegExp[key];
  }
  delete Intl.Segmenter;  // to freeze what it hides, its data would have to be loaded: a third of a child's start
  delete globalThis.console;
  const text = (value) => {
    if (typeof value === 'string') return value;
    if (typeof value === 'object' && value !== null && !(value instanceof Error)) {
      try { return JSON.stringify(value); } catch { return '[circular]'; }
    }
    return String(value);
  };
  const print = (...values) => log(values.map(text).join(' '));
  globalThis.console = { log: print, info: print, debug: print, warn: print, error: print };
  Math.random = random;

  const found = new Set();
  const visit = (value) => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || found.has(value)) return;
    found.add(value);
    visit(getPrototypeOf(value));
    for (const key of ownKeys(value)) {
      const { value: inner, get, set } = getOwnPropertyDescriptor(value, key);
      visit(inner); visit(get); visit(set);
    }
  };
  visit(globalThis);
  // Reached by syntax alone.
  const generator = function* () {}; const asyncGenerator = async function* () {};
  [async () => {}, generator, generator(), asyncGenerator, asyncGenerator(), [][Symbol.iterator](), new Map().entries(),
   new Set().values(), ''[Symbol.iterator](), ''.matchAll(/x/g)].forEach((value) => visit(getPrototypeOf(value)));
  // A frozen Object.prototype would forbid `counts.constructor = 1` on plain objects: its properties become accessors
  // that give the object its own.
  for (const prototype of [Object.prototype, Error.prototype]) {
    for (const key of ownKeys(prototype)) {
      const { value, configurable, enumerable } = getOwnPropertyDescriptor(prototype, key);
      if (value === undefined || !configurable) continue;
      defineProperty(prototype, key, {
        get() { return value; },
        set(mine) {
          if (this === prototype) throw new TypeError(`${String(key)} of a built-in prototype is read only`);
          defineProperty(this, key, { value: mine, writable: true, enumerable: true, configurable: true });
        },
        configurable: false, enumerable,
      });
    }
  }
  // A frozen RegExp.prototype would make every match six times as slow, so it is compared after each record instead.
  const open = RegExp.prototype;
  for (const value of found) if (value !== open) freeze(value);
  if (!isFrozen(globalThis)) throw new Error('the global object could not be frozen');
  const keys = ownKeys(open);
  const before = keys.map((key) => getOwnPropertyDescriptor(open, key));
  return () => {
    if (ownKeys(open).length !== keys.length) return false;
    for (let i = 0; i < keys.length; ++i) {
      const now = getOwnPropertyDescriptor(open, keys[i]);
      if (now === undefined || now.value !== before[i].value || now.get !== before[i].get) return false;
    }
    return true;
  };
})js";

// Ends a script's text: what grading calls.
inline constexpr char epilogue[] = R"js(
;return typeof grade === 'function' ? grade
  : typeof evaluate === 'function' ? (sample, item) => evaluate({ sample, item }) : undefined;)js";

}  // namespace steps::script
