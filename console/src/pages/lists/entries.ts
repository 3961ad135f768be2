import type { Schemas } from '../../api/client';
import { canonical, holds, type Range, range, same, truncated, written } from '../../parts/addresses';
import { moment } from '../../parts/time';

/** An entry as a list has it: a range alone, or with more about it. */
export type RawEntry = NonNullable<Schemas['ListDocument']['entries']>[number];

/** A list with the entries that it says itself: none where it comes from somewhere else. */
export type ListDocument = Omit<Schemas['ListDocument'], 'entries'> & { entries: RawEntry[] };

/** A list as the API has it. */
export function listOf(document: Schemas['ListDocument']): ListDocument {
  return { ...document, entries: document.entries ?? [] };
}

/** An entry, read. */
export interface Entry {
  /** As it is written in the list. */
  text: string;
  /** As requests are looked up: IPv4 where it is written as IPv6. None if it cannot be read. */
  range: Range | undefined;
  comment: string | undefined;
  added_at: string | undefined;
  expires_at: string | undefined;
}

/** Whether an entry or a list counts: always, for long, for some days only, not any more. */
export type Lasting = 'always' | 'long' | 'soon' | 'over';

/** What ends within so many milliseconds ends soon. */
const SOON = 7 * 86_400_000;

/** Now, as entries have it. */
export function stamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

/** An entry of a list, read. */
export function entryOf(raw: RawEntry): Entry {
  const { range: text, comment, added_at, expires_at } = typeof raw === 'string' ? { range: raw } : raw;
  const found = range(text);
  return { text, range: found && canonical(found), comment, added_at, expires_at };
}

/** An entry as it is stored: the range alone where there is nothing else to say. */
export function rawOf(entry: Entry): RawEntry {
  const { text, comment, added_at, expires_at } = entry;
  if (!comment && !added_at && !expires_at) return text;
  return {
    range: text,
    ...(comment ? { comment } : {}),
    ...(added_at ? { added_at } : {}),
    ...(expires_at ? { expires_at } : {}),
  };
}

/** How long something with this end still counts. */
export function lasting(expires_at: string | undefined, now: number): Lasting {
  const end = moment(expires_at)?.getTime();
  if (end === undefined) return 'always';
  if (end <= now) return 'over';
  return end - now <= SOON ? 'soon' : 'long';
}

/** Entries with one put in place of those of the same range, or at the end. */
export function withEntry(all: RawEntry[], entry: Entry): RawEntry[] {
  const at = all.findIndex((raw) => isSame(raw, entry));
  const rest = all.filter((raw) => !isSame(raw, entry));
  return at < 0 ? [...all, rawOf(entry)] : rest.toSpliced(at, 0, rawOf(entry));
}

/** Entries with many more: those that are there already, because somebody else added them, stay. */
export function withEntries(all: RawEntry[], more: Entry[]): RawEntry[] {
  const key = (entry: Entry) => (entry.range ? written(entry.range) : entry.text);
  const there = new Set(all.map((raw) => key(entryOf(raw))));
  return [...all, ...more.filter((entry) => !there.has(key(entry))).map(rawOf)];
}

/** Entries without those of the same range. */
export function withoutEntry(all: RawEntry[], entry: Entry): RawEntry[] {
  return all.filter((raw) => !isSame(raw, entry));
}

function isSame(raw: RawEntry, entry: Entry): boolean {
  const text = typeof raw === 'string' ? raw : raw.range;
  if (text === entry.text) return true;
  const one = range(text);
  return one !== undefined && entry.range !== undefined && same(canonical(one), entry.range);
}

/** A line of pasted text that is no entry. */
export interface BadLine {
  line: number;
  text: string;
  why: 'address' | 'bits' | 'twice' | 'there';
  /** What would be right. */
  instead?: string;
}

/**
 * Reads pasted lines: a range each, and after a space what it is for. Empty lines and lines that begin with
 * `#` are left out.
 */
export function pasted(
  text: string,
  there: Entry[],
  about: { comment: string | undefined; added_at: string; expires_at: string | undefined },
): { entries: Entry[]; bad: BadLine[] } {
  const [entries, bad]: [Entry[], BadLine[]] = [[], []];
  const known = new Set(there.map((entry) => (entry.range ? written(entry.range) : entry.text)));
  const seen = new Set<string>();
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const [word = '', ...rest] = line.trim().split(/[\s,;]+/);
    if (word === '' || word.startsWith('#')) continue;
    const told = { line: at + 1, text: word };
    const found = range(word);
    if (!found) {
      bad.push({ ...told, why: 'address' });
      continue;
    }
    const one = canonical(found);
    const shown = written(one);
    if (shown !== written(truncated(one)))
      bad.push({ ...told, why: 'bits', instead: written(truncated(one)) });
    else if (known.has(shown)) bad.push({ ...told, why: 'there' });
    else if (seen.has(shown)) bad.push({ ...told, why: 'twice' });
    else {
      seen.add(shown);
      const comment = rest.join(' ').replace(/^#\s*/, '') || about.comment;
      entries.push({ text: shown, range: one, ...about, comment });
    }
  }
  return { entries, bad };
}

/** Whether an entry is looked for: by a part of its text, or by an address that it holds or is within. */
export function matches(entry: Entry, wanted: string, address: Range | undefined): boolean {
  if (address && entry.range && (holds(entry.range, address) || holds(address, entry.range))) return true;
  return `${entry.text} ${entry.comment ?? ''}`.toLowerCase().includes(wanted);
}
