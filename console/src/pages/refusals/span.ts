/** Which time is looked at, and how a chart divides it. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Times that end now, by their lengths. */
export const PRESETS = { '15m': 15 * MINUTE, '1h': HOUR, '24h': DAY, '7d': 7 * DAY } as const;

/** A time that ends now. */
export type Preset = keyof typeof PRESETS;

/** A time that ends now and moves on, or one that stands still (Unix time in milliseconds). */
export type Span = { preset: Preset } | { from: number; until: number };

/** A span at one moment. */
export interface Window {
  from: number;
  until: number;
  /** Into how many parts of equal length a chart divides it. */
  buckets: number;
}

/** Whether a text names a time that ends now. */
export function isPreset(text: string | undefined): text is Preset {
  return text !== undefined && Object.hasOwn(PRESETS, text);
}

/** Lengths of a chart's bars that people can read off a clock. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 3, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 4, 8, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28].map((n) => n * DAY),
];

/** The shortest such length that makes at most so many bars. */
function step(length: number, most: number): number {
  return STEPS.find((candidate) => length / candidate <= most) ?? Math.ceil(length / most);
}

/**
 * What a span is now. One that moves on begins and ends where a bar does, on the local clock, so that the
 * bars stand still between two refreshes; the last one is not over yet.
 */
export function windowOf(span: Span, now: number, most: number): Window {
  if (!('preset' in span)) {
    const length = span.until - span.from;
    return { ...span, buckets: Math.max(1, Math.round(length / step(length, most))) };
  }
  const length = PRESETS[span.preset];
  const bar = step(length, most);
  const zone = new Date(now).getTimezoneOffset() * MINUTE;
  const until = (Math.floor((now - zone) / bar) + 1) * bar + zone;
  const buckets = Math.ceil(length / bar) + 1;
  return { from: until - buckets * bar, until, buckets };
}

/** How often counts of a span are asked for anew, in milliseconds: what is long changes little. */
export function beat(span: Span): number {
  return 'preset' in span ? Math.max(5 * SECOND, PRESETS[span.preset] / 5000) : 60 * SECOND;
}

const two = (n: number) => String(n).padStart(2, '0');

/** A moment on the axis of a chart, as briefly as its length allows, in the local zone. */
export function tick(at: number, length: number): string {
  const date = new Date(at);
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (length <= 10 * MINUTE) return `${clock}:${two(date.getSeconds())}`;
  if (length <= DAY + HOUR) return clock;
  const day = date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return length <= 14 * DAY ? `${day} ${clock}` : day;
}

/** A moment by its day and minute; with its second where it has one, with its year where that is another. */
export function named(at: number): string {
  const date = new Date(at);
  const second = at % MINUTE ? `:${two(date.getSeconds())}` : '';
  const year = date.getFullYear() === new Date().getFullYear() ? '' : `${date.getFullYear()} `;
  return `${year}${tick(at, 2 * DAY)}${second}`;
}
