import type { Schemas } from '../api/client';

type Members = Record<string, unknown>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The JSON Merge Patch (RFC 7396) that makes one document the other: what differs, and null for what is
 * gone. A member that is `undefined` is not there.
 */
export function patchOf(before: object, after: object): Members {
  const patch: Members = {};
  const [left, right] = [before as Members, after as Members];
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const [old, now] = [left[name], right[name]];
    if (JSON.stringify(old) === JSON.stringify(now)) continue;
    if (now === undefined) patch[name] = null;
    else patch[name] = isObject(old) && isObject(now) ? patchOf(old, now) : now;
  }
  return patch;
}

/** What a merge patch makes of a document. */
export function merged(document: object, patch: Members): Members {
  const made: Members = { ...document };
  for (const [name, value] of Object.entries(patch)) {
    const old = made[name];
    if (value === null) delete made[name];
    else made[name] = isObject(value) ? merged(isObject(old) ? old : {}, value) : value;
  }
  return made;
}

/** The body of a merge patch, as the generated types have it: an object of which they know no member. */
export function bodyOf(patch: Members): Record<string, never> {
  return patch as Record<string, never>;
}

/** The headers of a merge patch to the version that was read. */
export function patching(version: string): { 'If-Match': string; 'Content-Type': string } {
  return { 'If-Match': version, 'Content-Type': 'application/merge-patch+json' };
}

/** A document with the version that was read of it. */
export interface Versioned<T> {
  value: T;
  version: string;
}

/** The version that stands in a document of a list, as `If-Match` takes it. */
export function versionOf(document: Pick<Schemas['AppDocument'], 'version'>): string {
  return typeof document.version === 'number' ? `"${document.version}"` : '*';
}
