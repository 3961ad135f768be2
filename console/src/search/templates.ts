/** Paths that were really asked for, and the templates of operations that records keep of them. */

/** Whether a path is the recorded one, or one of the recorded template: `{name}` is one segment, `{*rest}` all. */
export function isOf(path: string, recorded: string): boolean {
  const asked = path.split('/');
  const kept = recorded.split('/');
  for (const [at, segment] of kept.entries()) {
    const given = asked[at];
    if (given === undefined) return false;
    if (segment.startsWith('{*')) return true;
    if (segment !== given && !(segment.startsWith('{') && segment.endsWith('}') && given !== ''))
      return false;
  }
  return asked.length === kept.length;
}

/** Segments that are mostly values: numbers, ids, addresses, what is encoded; versions are none. */
const VALUE = /^(?!v\d+(?:\.\d+)*$)(?=.*[\d@%•]).+$/i;

/**
 * What to ask the call log for, the likeliest first: the longest prefix that no template changes. It ends
 * before the first segment that looks like a value; if nothing is found, before the last one.
 */
export function prefixes(path: string): string[] {
  const segments = path.split('/');
  const value = segments.findIndex((segment) => VALUE.test(segment));
  const before = (at: number) => `${segments.slice(0, at).join('/')}/`;
  const first = value > 0 ? before(value) : path;
  const parent = before((value > 0 ? value : segments.length) - 1);
  return parent.length > 1 && parent !== first ? [first, parent] : [first];
}
