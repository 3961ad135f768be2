/** Addresses and ranges of addresses, as the gateway reads them. */

/** A range: the first address as a number, and how many leading bits count. */
export interface Range {
  family: 4 | 6;
  bits: bigint;
  length: number;
}

/** The bits of an address of a family. */
const BITS = { 4: 32, 6: 128 } as const;

/** `::ffff:0:0/96`: IPv4 addresses as IPv6 writes them (RFC 4291 §2.5.5.2). */
const MAPPED = 0xffffn;

/** An IPv4 address in four decimal numbers without leading zeros. */
function v4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let bits = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bits = (bits << 8n) | BigInt(part);
  }
  return bits;
}

/** The 16-bit groups of one side of `::`; the last may be an IPv4 address. */
function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const found: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    if (part.includes('.') && at === parts.length - 1) {
      const tail = v4(part);
      if (tail === undefined) return undefined;
      found.push(Number(tail >> 16n), Number(tail & 0xffffn));
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      found.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return found;
}

function v6(text: string): bigint | undefined {
  const sides = text.split('::');
  if (sides.length > 2) return undefined;
  const [head, tail] = [groups(sides[0] ?? ''), groups(sides[1] ?? '')];
  // An IPv4 address ends the whole, never what stands before `::`.
  if (!head || !tail || (sides.length === 2 && sides[0]?.includes('.'))) return undefined;
  const missing = 8 - head.length - tail.length;
  if (sides.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array<number>(missing).fill(0), ...tail];
  return all.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n);
}

/** A range or an address as it is written; a range may have bits beyond its length. */
export function range(text: string): Range | undefined {
  const [address = '', length, ...more] = text.trim().split('/');
  if (more.length > 0) return undefined;
  const family = address.includes(':') ? 6 : 4;
  const bits = family === 6 ? v6(address) : v4(address);
  if (bits === undefined) return undefined;
  if (length === undefined) return { family, bits, length: BITS[family] };
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > BITS[family]) return undefined;
  return { family, bits, length: Number(length) };
}

/** The same range without bits beyond its length. */
export function truncated(one: Range): Range {
  const beyond = BigInt(BITS[one.family] - one.length);
  return { ...one, bits: (one.bits >> beyond) << beyond };
}

/** Whether a range is of IPv4 addresses as IPv6 writes them: the gateway looks these up as IPv4. */
function isMapped(one: Range): boolean {
  return one.family === 6 && one.length >= 96 && one.bits >> 32n === MAPPED;
}

/** The range as the gateway sees requests: mapped addresses are IPv4. */
export function canonical(one: Range): Range {
  if (!isMapped(one)) return one;
  return { family: 4, bits: one.bits & 0xffff_ffffn, length: one.length - 96 };
}

/** Whether a range holds all of another. */
export function holds(outer: Range, inner: Range): boolean {
  if (outer.family !== inner.family || outer.length > inner.length) return false;
  const beyond = BigInt(BITS[outer.family] - outer.length);
  return outer.bits >> beyond === inner.bits >> beyond;
}

/** Whether two are the same range. */
export function same(one: Range, other: Range): boolean {
  return one.length === other.length && holds(one, other);
}

function written6(bits: bigint): string {
  const all = Array.from({ length: 8 }, (_, at) => Number((bits >> BigInt(16 * (7 - at))) & 0xffffn));
  // The longest run of zeros, of two and more, the first of those that are equal (RFC 5952 §4.2).
  let [from, length] = [0, 1];
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && all[end] === 0) end++;
    if (end - at > length) [from, length] = [at, end - at];
  }
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  return length < 2 ? hex(all) : `${hex(all.slice(0, from))}::${hex(all.slice(from + length))}`;
}

/** A range as people write it (RFC 5952); one address without its length. */
export function written(one: Range): string {
  const address =
    one.family === 6
      ? written6(one.bits)
      : [24n, 16n, 8n, 0n].map((by) => String((one.bits >> by) & 255n)).join('.');
  return one.length === BITS[one.family] ? address : `${address}/${one.length}`;
}
