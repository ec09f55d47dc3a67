// One door to the daemon: reads, writes, and problems as values that a person can act on.
import type { ProblemBody } from "./types";

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly body: ProblemBody,
  ) {
    super(body.detail || body.title);
  }
  // The page never reached a daemon that answers: it is down, or the network is.
  get offline() {
    return this.status === 0;
  }
}

// A list is repeated: model=a&model=b.
export type Query = Record<string, string | number | boolean | null | undefined | string[]>;

export interface Answer<T> {
  data: T;
  position: number | null;
}

export const base = "/api/v1";

export function address(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) for (const one of value) parameters.append(name, one);
    else if (value !== undefined && value !== null && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return base + path + (text ? `?${text}` : "");
}

export function problemFrom(status: number, text: string): Problem {
  try {
    const body = JSON.parse(text) as ProblemBody;
    if (typeof body.title === "string") return new Problem(status, { ...body, errors: body.errors ?? [] });
  } catch {
    // Not ours: a proxy's page, or a body cut short.
  }
  return new Problem(status, {
    type: "about:blank",
    title: `HTTP ${status}`,
    status,
    detail: text.slice(0, 300) || "The answer had no text.",
    errors: [],
  });
}

export function unreachable(): Problem {
  return new Problem(0, {
    type: "about:blank",
    title: "The daemon cannot be reached",
    status: 0,
    detail: "The daemon does not answer. Check that rftd is running; the page goes on by itself when it is back.",
    errors: [],
  });
}

// Idempotency keys need no secrecy; randomUUID exists only on secure origins.
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Set by what listens for it: the daemon's build, told by every answer.
let onBuild: (build: string) => void = () => undefined;
export function listenForBuild(listener: (build: string) => void) {
  onBuild = listener;
}

async function ask<T>(path: string, init: RequestInit): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, credentials: "same-origin" });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw unreachable();
  }
  const text = await response.text();
  const build = response.headers.get("X-RFT-Build");
  if (build) onBuild(build);
  if (!response.ok) throw problemFrom(response.status, text);
  const position = response.headers.get("X-Position");
  return { data: (text ? JSON.parse(text) : null) as T, position: position === null ? null : Number(position) };
}

export async function read<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return (await ask<T>(address(path, query), { signal })).data;
}

export interface WriteOptions {
  query?: Query;
  key?: string;
  ifMatch?: number;
  raw?: string; // the body as it is, where parsing and printing would change its numbers
}

export function write<T>(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
  { query, key = newKey(), ifMatch, raw }: WriteOptions = {},
): Promise<Answer<T>> {
  const headers: Record<string, string> = { "X-RFT": "1", "Idempotency-Key": key };
  const bytes = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  if (bytes !== undefined) headers["Content-Type"] = "application/json";
  if (ifMatch !== undefined) headers["If-Match"] = `"${ifMatch}"`;
  return ask<T>(address(path, query), { method, headers, body: bytes });
}

export function encodingOf(file: File): string | null {
  if (/\.gz$/i.test(file.name)) return "gzip";
  if (/\.zst$/i.test(file.name)) return "zstd";
  return null;
}

// A whole file as the body; the browser reads it while it sends.
export async function sendFile<T>(path: string, file: File): Promise<T> {
  const encoding = encodingOf(file);
  const headers: Record<string, string> = { "X-RFT": "1", "Content-Type": "application/x-ndjson", "Idempotency-Key": newKey() };
  if (encoding) headers["Content-Encoding"] = encoding;
  return (await ask<T>(base + path, { method: "POST", headers, body: file })).data;
}
