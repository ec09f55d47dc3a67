// Numbers come raw from the daemon; here they become text.
const whole = new Intl.NumberFormat("en");
const two = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const one = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export const count = (value: number) => whole.format(value);
export const fixed2 = (value: number) => two.format(value);

// Never rounds up to a certainty that is not there.
export const confidence = (value: number) => two.format(Math.floor(value * 100) / 100);

export function plural(value: number, word: string, many = word + "s"): string {
  return `${count(value)} ${value === 1 ? word : many}`;
}

// A share that is not zero never reads 0 %, and one that is not all never reads 100 %.
export function percent(part: number, all: number): string {
  if (all <= 0 || part <= 0) return "0 %";
  const share = (100 * part) / all;
  if (share < 1) return "<1 %";
  if (share > 99 && part < all) return ">99 %";
  return `${Math.round(share)} %`;
}

export const points = (value: number) => `${value > 0 ? "+" : value < 0 ? "−" : ""}${one.format(Math.abs(value))}`;
export const percent1 = (value: number) => `${one.format(value)} %`;

export function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? count(value) : value >= 100 ? Math.round(value) : one.format(value)} ${units[unit]}`;
}

export function duration(milliseconds: number): string {
  if (milliseconds > 0 && milliseconds < 1) return "<1 ms";
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${one.format(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function ago(time: string | null, now = Date.now()): string {
  if (!time) return "never";
  const seconds = Math.round((now - Date.parse(time)) / 1000);
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${plural(Math.floor(seconds / 86_400), "day")} ago`;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
export const clockTime = (time: string) => clock.format(new Date(time));
export function fullTime(time: string | null): string {
  if (!time) return "";
  const date = new Date(time);
  return `${day.format(date)}, ${clock.format(date)}`;
}

// For columns of times: the clock for what is of today, else the day with hours and minutes.
const dayShort = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
export function shortTime(time: string, now = Date.now()): string {
  const date = new Date(time);
  return date.toDateString() === new Date(now).toDateString() ? clock.format(date) : dayShort.format(date);
}

export const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

// "records_imported" -> "Records imported"
export function words(name: string): string {
  return sentence(name.replaceAll("_", " ")).replace(/\bjson\b/, "JSON").replace(/^Api\b/, "API");
}

export function shorten(text: string, characters: number): string {
  return text.length <= characters ? text : text.slice(0, characters - 1).trimEnd() + "…";
}
