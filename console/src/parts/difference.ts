/** What differs between two documents, member by member. */

/** One difference. */
export interface Change {
  did: 'added' | 'removed' | 'changed';
  /** Where: `limits.per-app.rate`; of a list that gained or lost something, `entries[]`. */
  path: string;
  before?: string | undefined;
  after?: string | undefined;
}

/** Members that tell one item of a list from the others. */
const NAMES = ['id', 'name', 'range', 'key'];

type Members = Record<string, unknown>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as it is shown: a text as it is, anything else as JSON. */
function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A value with its members in one order, so that two that are equal read alike. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMembers(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}

const like = (value: unknown) => JSON.stringify(sorted(value));

/** What tells an item from the others: a name of its own, if it has one. */
function nameOf(item: unknown): string | undefined {
  if (!isMembers(item)) return undefined;
  const name = NAMES.map((member) => item[member]).find((value) => typeof value === 'string');
  return name as string | undefined;
}

/** Every difference between two documents; one that is not there is null. */
export function changesOf(before: unknown, after: unknown): Change[] {
  const found: Change[] = [];
  compare(found, '', before ?? undefined, after ?? undefined);
  return found;
}

function compare(found: Change[], path: string, before: unknown, after: unknown): void {
  if (before === undefined && after === undefined) return;
  if (Array.isArray(before) && Array.isArray(after)) {
    items(found, path, before, after);
    return;
  }
  const members = [before, after].every((side) => isMembers(side) || (side === undefined && path === ''));
  if (members) {
    const [left, right] = [(before ?? {}) as Members, (after ?? {}) as Members];
    for (const name of new Set([...Object.keys(right), ...Object.keys(left)])) {
      compare(found, path === '' ? name : `${path}.${name}`, left[name], right[name]);
    }
    return;
  }
  if (before === undefined) found.push({ did: 'added', path, after: shown(after) });
  else if (after === undefined) found.push({ did: 'removed', path, before: shown(before) });
  else if (like(before) !== like(after)) {
    found.push({ did: 'changed', path, before: shown(before), after: shown(after) });
  }
}

/** Of lists: what came, what went, and what of the same name says something else. */
function items(found: Change[], path: string, before: unknown[], after: unknown[]): void {
  const [gone, come] = [without(before, after), without(after, before)];
  if (gone.length === 0 && come.length === 0) {
    // The same items: only their order may differ.
    if (JSON.stringify(before.map(like)) !== JSON.stringify(after.map(like))) {
      found.push({ did: 'changed', path, before: shown(before), after: shown(after) });
    }
    return;
  }
  const named = new Map<string, unknown>();
  for (const item of come) {
    const name = nameOf(item);
    if (name !== undefined) named.set(name, item);
  }
  const paired = new Set<unknown>();
  for (const item of gone) {
    const name = nameOf(item);
    const other = name === undefined ? undefined : named.get(name);
    if (name === undefined || other === undefined) {
      found.push({ did: 'removed', path: `${path}[]`, before: shown(item) });
    } else {
      named.delete(name);
      paired.add(other);
      compare(found, `${path}[${name}]`, item, other);
    }
  }
  for (const item of come) {
    if (!paired.has(item)) found.push({ did: 'added', path: `${path}[]`, after: shown(item) });
  }
}

/** The items that another list does not have, or has fewer times. */
function without(all: unknown[], others: unknown[]): unknown[] {
  const counts = new Map<string, number>();
  for (const other of others) counts.set(like(other), (counts.get(like(other)) ?? 0) + 1);
  return all.filter((item) => {
    const left = counts.get(like(item)) ?? 0;
    if (left > 0) counts.set(like(item), left - 1);
    return left === 0;
  });
}
