import type { Issuer } from '../../api/issuers';
import { filled } from '../../parts/fields';

/** What a person can say of an issuer, beside its name and whose it is. */
export type IssuerDraft = Partial<Omit<Issuer, 'id' | 'tenant' | 'version'>>;

/** Where the keys of an issuer are. */
export type KeysKind = 'discovery' | 'url' | 'file' | 'secret' | 'built_in';

/** The member of a document that says where the keys are; discovery has none, and what is built in an object. */
const MEMBERS = { url: 'keys_url', file: 'keys_file', secret: 'secret' } as const;

/** Where a draft says that the keys are. */
export function keysKindOf(draft: IssuerDraft): KeysKind {
  if (draft.built_in !== undefined) return 'built_in';
  if (draft.keys_url !== undefined) return 'url';
  if (draft.keys_file !== undefined) return 'file';
  return draft.secret !== undefined ? 'secret' : 'discovery';
}

/** The draft with its keys elsewhere, where nothing stands yet. */
export function withKeysAt(kind: KeysKind): Partial<IssuerDraft> {
  const none = { keys_url: undefined, keys_file: undefined, secret: undefined, built_in: undefined };
  // Of tokens that are made here, nobody else is asked.
  if (kind === 'built_in') return { ...none, built_in: {}, algorithms: undefined, introspection: undefined };
  return kind === 'discovery' ? none : { ...none, [MEMBERS[kind]]: '' };
}

/** The names of claims, in the order of the form. */
export const CLAIMS = ['client', 'user', 'groups', 'scopes'] as const;

/** What a draft says of a claim, as a list; none where it says nothing. */
export function claimOf(draft: IssuerDraft, name: (typeof CLAIMS)[number]): string[] | undefined {
  const said = draft.claims?.[name];
  return said === undefined ? undefined : [said].flat();
}

/** Whether a draft says something that few say. */
export function saysMore(draft: IssuerDraft): boolean {
  const { leeway, refresh, keep, algorithms, claims, introspection } = draft;
  return (
    [leeway, refresh, keep, claims, introspection].some((one) => one !== undefined) ||
    Boolean(algorithms?.length)
  );
}

/** Whether what has to be said is said. */
export function isWhole(draft: IssuerDraft): boolean {
  const kind = keysKindOf(draft);
  const where = kind === 'discovery' || kind === 'built_in' || Boolean(draft[MEMBERS[kind]]?.trim());
  const { introspection: asked } = draft;
  const introspected =
    !asked || Boolean(asked.url?.trim() && asked.client_id?.trim() && asked.client_secret?.trim());
  return Boolean(draft.issuer?.trim()) && filled(draft.audiences).length > 0 && where && introspected;
}

/** Members without those that are empty texts. */
function said<T extends object>(members: T): T {
  const kept = Object.entries(members).map(([name, one]) => [
    name,
    typeof one === 'string' ? one.trim() : one,
  ]);
  return Object.fromEntries(kept.filter(([, one]) => one !== '')) as T;
}

/** A draft without what was left empty: that is what is sent. */
export function finished<T extends IssuerDraft>(draft: T): T {
  const text = (value: string | undefined) => value?.trim() || undefined;
  const kind = keysKindOf(draft);
  const fetched = kind === 'discovery' || kind === 'url';
  const claims: Record<string, string[]> = {};
  for (const name of CLAIMS) {
    const names = claimOf(draft, name);
    // An empty list says something of scopes: that a token carries all that its app has.
    if (names && (names.length > 0 || name === 'scopes')) claims[name] = names;
  }
  const same = (before: unknown, now: unknown) =>
    JSON.stringify(before) === JSON.stringify(now) ? before : now;
  return {
    ...draft,
    title: text(draft.title),
    issuer: text(draft.issuer),
    audiences: filled(draft.audiences),
    keys_url: text(draft.keys_url),
    keys_file: text(draft.keys_file),
    secret: text(draft.secret),
    built_in: draft.built_in && said(draft.built_in),
    leeway: text(draft.leeway),
    refresh: fetched ? text(draft.refresh) : undefined,
    keep: fetched ? text(draft.keep) : undefined,
    algorithms: draft.algorithms?.length ? draft.algorithms : undefined,
    introspection: draft.introspection && said(draft.introspection),
    claims: Object.keys(claims).length > 0 ? same(draft.claims, claims) : undefined,
  };
}
