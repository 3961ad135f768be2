import type { Operation, Service, Version } from './documents';

/** Where a version is in its life. */
export type State = 'draft' | 'published' | 'deprecated' | 'retired';

/** The state of a version: published, where nothing is said. */
export function stateOf(version: Version): State {
  return version.state ?? 'published';
}

/** Whether callers reach a version: then a change of it is a change for them. */
export function isServed(version: Version): boolean {
  return ['published', 'deprecated'].includes(stateOf(version));
}

/** The versions of a service, the newest name first: `v10` is newer than `v9`. */
export function versionsOf(service: Service): Array<[string, Version]> {
  const order = new Intl.Collator('en', { numeric: true });
  return Object.entries(service.versions).sort(([a], [b]) => order.compare(b, a));
}

/** The version that is shown: the one that was asked for, or the newest that is served, or the newest. */
export function shownVersion(service: Service, wanted: string | undefined): string | undefined {
  if (wanted !== undefined && Object.hasOwn(service.versions, wanted)) return wanted;
  const all = versionsOf(service);
  return (all.find(([, version]) => isServed(version)) ?? all[0])?.[0];
}

/** The operations of a version, by path and then by name. */
export function operationsOf(version: Version): Array<[string, Operation]> {
  return Object.entries(version.operations).sort(
    ([a, left], [b, right]) => left.path.localeCompare(right.path) || a.localeCompare(b),
  );
}

/** What stands before the paths of a version's operations. */
export function prefixOf(service: Service, version: Version): string {
  return `${service.base_path ?? ''}${version.base_path ?? ''}`;
}

/** Whether a text can be the id of a service, a version or an operation. */
export function isName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text);
}
