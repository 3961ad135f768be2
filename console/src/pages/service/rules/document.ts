import type { Schemas } from '../../../api/client';
import type { Kind } from './kinds';

/** Where a rule of a service holds: for all of it, or for less. */
export interface On {
  service: string;
  version?: string | undefined;
  operation?: string | undefined;
}

/** What has to hold of a request, or which requests are meant. */
export type Conditions = Schemas['ConfiguredConditions'];

/** Who is asked whether requests may pass; what has its default is left out. */
export type Decider = Partial<Schemas['ConfiguredDecider']>;

/** One thing that is hidden. */
export type Hide = Partial<Schemas['ConfiguredHide']>;

/** One step that changes a body. */
export type BodyStep = Schemas['ConfiguredBodyStep'];

/** Changes of headers, or of the query. */
export type Changes = Schemas['ConfiguredHeaderChanges'];

/** Members whose own members may be left out, too. */
interface Sparse {
  decider?: Decider;
  hide?: Hide[];
}

/** A policy as it is answered: members that have their default are left out. */
export type Policy = Omit<Partial<Schemas['PolicyDocument']>, 'id' | 'on' | 'kind' | keyof Sparse> &
  Sparse & {
    id: string;
    kind: Kind;
    on: On;
  };

/** What a form says of a rule, beside its name and kind. */
export type Draft = Partial<Omit<Policy, 'id' | 'kind' | 'version'>>;

/** Members whose value is one or several. */
export function listOf(value: unknown): string[] {
  return value === undefined || value === null ? [] : [value].flat().map(String);
}

/** What a new rule of a kind begins with. */
export const BEGINNINGS: Partial<Record<Kind, Draft>> = {
  conditions: { require: {} },
  ownership: { resource: { path: '' }, owner: 'app' },
  quota: { per: 'day', by: 'app' },
  rate: { per: '1s', by: 'app' },
  spacing: { by: 'app' },
  concurrency: { by: 'app' },
  abuse: { by: 'credential', rate: 20, per: '1m', block_for: '15m' },
  external: { decider: { protocol: 'forward_auth' } },
  mask: { hide: [{ at: '' }] },
};

/** Whether there is nothing in a value that could be sent. */
function isEmpty(value: unknown): boolean {
  if (value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** A value without what was left empty in it. A text that is empty may be meant so: it stays. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== '').map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .map(([name, inner]) => [name, tidy(inner)] as const)
    // A row of a table that has no name yet.
    .filter(([name, inner]) => name !== '' && !isEmpty(inner));
  return Object.fromEntries(kept);
}

/** Members that say nothing where they are false. */
const FLAGS = ['credentials', 'enforce_origin', 'sniff', 'length_required', 'validate'] as const;

/** A draft without what was left empty: that is what is sent. */
export function finished<T extends Draft>(draft: T): T {
  const made = tidy(draft) as Record<string, unknown>;
  // Without anything said, it still asks for a token.
  if (draft.token) made.token = draft.token;
  for (const name of FLAGS) if (!made[name]) delete made[name];
  const maxAge = draft.max_age?.trim();
  if (maxAge) made.max_age = maxAge;
  else delete made.max_age;
  if (draft.mode === undefined || draft.mode === 'enforce') {
    delete made.mode;
    delete made.until;
  }
  return made as T;
}
