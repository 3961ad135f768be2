import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../src');

/** Any value may stand here. */
const ANY = '*';

/** The parts of a list as it is written, up to the bracket that ends it, and where that is. */
function partsOf(code: string, from: number): { parts: string[]; end: number } {
  const parts: string[] = [];
  let [depth, begin] = [0, from];
  for (let at = from; at < code.length; at++) {
    const one = code[at] ?? '';
    if ('[({'.includes(one)) depth++;
    const ends = one === ']' && depth === 0;
    if (ends || (one === ',' && depth === 0)) {
      parts.push(code.slice(begin, at).trim());
      begin = at + 1;
    }
    if (ends) return { parts: parts.filter(Boolean), end: at + 1 };
    if ('])}'.includes(one)) depth--;
  }
  throw new Error('a query key that does not end');
}

/** A part of a key: a text as it is, an object by the names of its members, anything else as any value. */
function shape(part: string): string {
  if (/^'[^']*'$/.test(part)) return part;
  if (!part.startsWith('{')) return ANY;
  const names = part.slice(1, -1).split(',');
  return `{${names
    .map((one) => (one.split(':')[0] ?? '').trim())
    .sort()
    .join()}}`;
}

/** Every key that a query function stands beside. */
function keys(path: string): Array<{ where: string; key: string[] }> {
  const code = readFileSync(path, 'utf8');
  return [...code.matchAll(/queryKey: \[/g)].flatMap((found) => {
    const { parts, end } = partsOf(code, found.index + found[0].length);
    if (!/^,\s*queryFn\b/.test(code.slice(end))) return [];
    const line = code.slice(0, found.index).split('\n').length;
    return [{ where: `${relative(SRC, path)}:${line}`, key: parts.map(shape) }];
  });
}

const mayBeSame = (one: string[], other: string[]) =>
  one.length === other.length &&
  // What begins with a variable is of several families, and says in its second part what it is.
  one[0] !== ANY &&
  other[0] !== ANY &&
  one.every((part, at) => part === other[at] || part === ANY || other[at] === ANY);

test('no two queries have keys that may be the same', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.tsx?$/.test(path),
  );
  const all = files.flatMap((path) => keys(join(SRC, path)));
  expect(all.length).toBeGreaterThan(50);
  const same = all.flatMap((one, at) =>
    all
      .slice(at + 1)
      .filter((other) => mayBeSame(one.key, other.key))
      .map((other) => `${one.where} and ${other.where}: [${one.key.join(', ')}]`),
  );
  expect(same).toEqual([]);
});
