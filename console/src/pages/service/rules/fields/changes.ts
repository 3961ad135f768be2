import { type Changes, listOf } from '../document';

/** What is done to a header or parameter, in the order in which the gateway does it. */
export const HOWS = ['remove', 'rename', 'set', 'add'] as const;

/** What is done to one. */
export type How = (typeof HOWS)[number];

/** One change of a header or parameter: of which, and to what. */
export interface ChangeRow {
  how: How;
  name: string;
  to: string;
}

/** The changes, one by one. */
export function rowsOf(changes: Changes | undefined): ChangeRow[] {
  if (!changes) return [];
  const removed = listOf(changes.remove).map((name): ChangeRow => ({ how: 'remove', name, to: '' }));
  const others = (['rename', 'set', 'add'] as const).flatMap((how) =>
    Object.entries(changes[how] ?? {}).map(([name, to]): ChangeRow => ({ how, name, to })),
  );
  return [...removed, ...others];
}

/** The changes as they are sent. */
export function changesOf(rows: ChangeRow[]): Changes {
  const made: Changes = {};
  for (const { how, name, to } of rows) {
    if (how === 'remove') made.remove = [...listOf(made.remove), name];
    else made[how] = { ...made[how], [name]: to };
  }
  return made;
}

/** Whether a change is undone by a later one of the same. */
export function isOverruled(rows: ChangeRow[], at: number): boolean {
  const row = rows[at];
  return rows.some(
    (other, later) => later > at && other.how === row?.how && other.name === row.name && row.name !== '',
  );
}
