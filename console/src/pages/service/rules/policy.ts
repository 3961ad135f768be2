import { queryOptions } from '@tanstack/react-query';
import { answer, api, type Schemas, versioned } from '../../../api/client';
import { queries } from '../../../api/queries';

/** Kinds of rules about browsers and networks. */
export const KINDS = ['cors', 'csrf', 'network'] as const;

/** A kind of rule about browsers and networks. */
export type Kind = (typeof KINDS)[number];

/** Where a rule of a service holds: for all of it, or for less. */
export interface On {
  service: string;
  version?: string | undefined;
  operation?: string | undefined;
}

/** A policy as it is answered: members that have their default are left out. */
export type Policy = Omit<Partial<Schemas['PolicyDocument']>, 'id' | 'on' | 'kind'> & {
  id: string;
  kind: Kind;
  on: On;
};

/** What a form says of a rule, beside its name and kind. */
export type Draft = Partial<Omit<Policy, 'id' | 'kind' | 'version'>>;

/** Policies on a page. */
const PART = 1000;

/** The rules about browsers and networks that are a service's own. */
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
  const shown = ['policies', 'policy', 'operation', 'lists'];
  return Promise.all(shown.map((name) => queries.invalidateQueries({ queryKey: [name] })));
}

/** A name for a new rule that no other one has: `orders.cors`, `orders.cors-2`. */
export function nameFor(service: string, kind: Kind, taken: string[]): string {
  const plain = `${service}.${kind}`;
  for (let count = 1; ; count++) {
    const name = count === 1 ? plain : `${plain}-${count}`;
    if (!taken.includes(name)) return name;
  }
}

/** Members whose value is one or several. */
export function listOf(value: unknown): string[] {
  return value === undefined || value === null ? [] : [value].flat().map(String);
}

/** Members that have lists. */
const LISTS = [
  ...['origins', 'origin_patterns', 'headers', 'exposed_headers', 'methods', 'trusted_origins', 'referers'],
  ...['allow', 'deny', 'allow_countries', 'deny_countries', 'allow_asns', 'deny_asns'],
] as const;

/** A draft without what was left empty: that is what is sent. */
export function finished<T extends Draft>(draft: T): T {
  const made: Record<string, unknown> = { ...draft };
  for (const name of LISTS) {
    if (made[name] !== undefined && listOf(made[name]).length === 0) made[name] = undefined;
  }
  for (const name of ['credentials', 'enforce_origin'] as const) if (!made[name]) made[name] = undefined;
  const maxAge = draft.max_age?.trim();
  made.max_age = maxAge || undefined;
  if (draft.mode === undefined || draft.mode === 'enforce') {
    made.mode = undefined;
    made.until = undefined;
  }
  return made as T;
}

/** Whether a draft says anything that a rule of its kind has to. */
export function isWhole(kind: Kind, draft: Draft): boolean {
  const some = (...names: Array<keyof Draft>) => names.some((name) => listOf(draft[name]).length > 0);
  if (kind === 'cors') return some('origins', 'origin_patterns');
  if (kind === 'network') {
    return some('allow', 'deny', 'allow_countries', 'deny_countries', 'allow_asns', 'deny_asns');
  }
  return true;
}

/** The places for which a rule of a service can hold, each by what stands for it in a field. */
export function placesOf(service: {
  id: string;
  versions: Record<string, { operations?: object }>;
}): string[] {
  const all = [''];
  for (const [version, { operations }] of Object.entries(service.versions)) {
    all.push(version);
    for (const operation of Object.keys(operations ?? {})) all.push(`${version}/${operation}`);
  }
  return all;
}

/** What stands for a place in a field: nothing for the whole service, `v1`, `v1/create`. */
export function placeOf({ version, operation }: On): string {
  return [version, operation].filter((part) => part !== undefined).join('/');
}

/** The place that a text stands for. */
export function onOf(service: string, place: string): On {
  const at = place.indexOf('/');
  if (place === '') return { service };
  if (at < 0) return { service, version: place };
  return { service, version: place.slice(0, at), operation: place.slice(at + 1) };
}
