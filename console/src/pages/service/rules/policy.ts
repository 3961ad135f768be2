import { queryOptions } from '@tanstack/react-query';
import { answer, api, versioned } from '../../../api/client';
import { queries } from '../../../api/queries';
import { texts } from '../../../texts';
import type { Service } from '../documents';
import type { On, Policy } from './document';
import { KINDS, type Kind } from './kinds';

/** Policies on a page. */
const PART = 1000;

/** The rules that are a service's own. */
export const rulesQuery = (service: string) =>
  queryOptions({
    queryKey: ['policies', 'of service', service],
    queryFn: async (): Promise<Policy[]> => {
      const found: Policy[] = [];
      let cursor: string | undefined;
      do {
        const query = { limit: PART, cursor };
        const page = await answer(api.GET('/api/v1/policies', { params: { query } }));
        found.push(...(page.items as unknown as Policy[]).filter((one) => isRuleOf(one, service)));
        cursor = page.next ?? undefined;
      } while (cursor);
      return found;
    },
  });

function isRuleOf(policy: Policy, service: string): boolean {
  return policy.on.service === service && KINDS.includes(policy.kind);
}

/** What the rules of a service that are in shadow mode would have refused lately, by their ids. */
export const shadowQuery = (service: string) =>
  queryOptions({
    queryKey: ['shadow policies', service],
    queryFn: () => answer(api.GET('/api/v1/shadow-policies', { params: { query: { service } } })),
  });

/** A rule, with the version that was read. */
export const ruleQuery = (id: string) =>
  queryOptions({
    queryKey: ['policy', id],
    queryFn: async () =>
      (await versioned(api.GET('/api/v1/policies/{id}', { params: { path: { id } } }))) as unknown as {
        value: Policy;
        version: string;
      },
  });

/** Brings up to date whatever shows rules. */
export function refreshRules(): Promise<unknown> {
  const shown = ['policies', 'policy', 'operation', 'lists', 'shadow policies'];
  return Promise.all(shown.map((name) => queries.invalidateQueries({ queryKey: [name] })));
}

/** A name for a new rule that no other one has: `orders.cors`, `orders.cors-2`. */
export function nameFor(service: string, kind: Kind, taken: string[]): string {
  const plain = `${service}.${kind.replace('_', '-')}`;
  for (let count = 1; ; count++) {
    const name = count === 1 ? plain : `${plain}-${count}`;
    if (!taken.includes(name)) return name;
  }
}

/** The places for which a rule of a service can hold, each by what stands for it in a field. */
export function placesOf(service: {
  id: string;
  versions: Record<string, { operations?: object }>;
}): string[] {
  const all = [''];
  const versions = Object.entries(service.versions);
  for (const [version, { operations }] of versions) {
    all.push(version);
    for (const operation of Object.keys(operations ?? {})) all.push(`${version}/${operation}`);
  }
  if (versions.length < 2) return all;
  // An operation of several versions can be meant in all of them.
  const names = versions.flatMap(([, { operations }]) => Object.keys(operations ?? {}));
  const several = names.filter((name, at) => names.indexOf(name) !== at);
  return [...all, ...[...new Set(several)].map((name) => `/${name}`)];
}

/** What stands for a place in a field: nothing for the whole service, `v1`, `v1/create`, `/create` in all versions. */
export function placeOf({ version, operation }: On): string {
  return operation === undefined ? (version ?? '') : `${version ?? ''}/${operation}`;
}

/** The place that a text stands for. */
export function onOf(service: string, place: string): On {
  const at = place.indexOf('/');
  if (place === '') return { service };
  if (at < 0) return { service, version: place };
  const operation = place.slice(at + 1);
  return at === 0 ? { service, operation } : { service, version: place.slice(0, at), operation };
}

/** What a place is called. */
export function shownPlace(place: string): string {
  const words = texts.rules;
  const { version, operation } = onOf('', place);
  if (operation === undefined) return version === undefined ? words.whole : words.version(version);
  return version === undefined ? words.everyVersion(operation) : words.operation(version, operation);
}

/** The parameters that paths of a service have: `/orders/{id}` has `id`. */
export function parametersOf(service: Service): string[] {
  const operations = Object.values(service.versions).flatMap(({ operations }) =>
    Object.values(operations ?? {}),
  );
  const names = operations.flatMap(({ path }) =>
    [...path.matchAll(/\{\*?([^}]+)\}/g)].map(([, name]) => name ?? ''),
  );
  return [...new Set(names)];
}
