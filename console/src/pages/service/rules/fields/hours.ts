import { listOf } from '../document';

/** The days of a week, as the configuration names them. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** The days that are named one by one or in rows: `mon-fri`, `sat-mon`. */
export function daysOf(said: unknown): string[] {
  const found = listOf(said).flatMap((row) => {
    const [first = '', last = first] = row.split('-');
    const [from, to] = [DAYS.indexOf(first), DAYS.indexOf(last)];
    if (from < 0 || to < 0) return [];
    const count = ((to - from + 7) % 7) + 1;
    return Array.from({ length: count }, (_, at) => DAYS[(from + at) % 7] ?? '');
  });
  return DAYS.filter((day) => found.includes(day));
}

/** Days as they are written shortest: `mon-fri`, `[mon, wed]`. */
export function writtenDays(days: string[]): string | string[] | undefined {
  const chosen = DAYS.filter((day) => days.includes(day));
  const [first, last] = [chosen[0], chosen.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (chosen.length === 1) return first;
  const together = DAYS.indexOf(last) - DAYS.indexOf(first) === chosen.length - 1;
  return together && chosen.length > 2 ? `${first}-${last}` : chosen;
}

/** The two times of `08:00-18:00`. */
export function timesOf(between: string | undefined): [from: string, to: string] {
  const [from = '', to = ''] = (between ?? '').split('-');
  return [from, to];
}

/** Two times as one text; nothing where neither is said. */
export function writtenTimes(from: string, to: string): string | undefined {
  return from || to ? `${from}-${to}` : undefined;
}
