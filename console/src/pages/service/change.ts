import { answer, api } from '../../api/client';
import { type Change, changeTogether, refresh } from './data';

/** A change of a service or an upstream, and what goes along with it in one step. */
export interface Wanted {
  kind: 'service' | 'upstream';
  id: string;
  tenant?: string | undefined;
  /** What changes in it (RFC 7396). */
  patch: object;
  comment: string;
  along?: Change[];
}

/** Makes a change of a document as it was read: `version` is its `ETag`. */
export async function make(wanted: Wanted, version: string): Promise<void> {
  const { kind, id, patch, along } = wanted;
  const comment = wanted.comment || undefined;
  if (along?.length) {
    const read = Number(version.replaceAll('"', ''));
    const first: Change = { kind, id, patch, expect: { version: read } };
    await changeTogether([first, ...along], wanted.comment);
  } else {
    await answer(
      api.PATCH(kind === 'service' ? '/api/v1/services/{id}' : '/api/v1/upstreams/{id}', {
        params: { path: { id }, query: { comment }, header: { 'If-Match': version } },
        headers: { 'Content-Type': 'application/merge-patch+json' },
        // The document says `object`; of that no type comes that a patch could have.
        body: patch as Record<string, never>,
      }),
    );
  }
  await refresh();
}

/** Proposes a change, for somebody else to approve; the id of the change request. */
export async function propose(wanted: Wanted): Promise<string> {
  const { kind, id, patch, tenant, along = [] } = wanted;
  const proposed = await answer(
    api.POST('/api/v1/change-requests', {
      body: { comment: wanted.comment, tenant, changes: [{ kind, id, patch }, ...along] },
    }),
  );
  return (proposed as { id: string }).id;
}

/** The places of a patch, and what each would become: `versions.v1.title`. */
export function placesOf(patch: object, before: string[] = []): Array<[string[], unknown]> {
  return Object.entries(patch).flatMap(([name, value]) => {
    const path = [...before, name];
    const deep = value !== null && typeof value === 'object' && !Array.isArray(value);
    return deep ? placesOf(value, path) : [[path, value] as [string[], unknown]];
  });
}

/** A document as its places and what each says, for comparing it with another version of it. */
export function places(document: object): Record<string, unknown> {
  const all = placesOf(document).filter(([path]) => path.join() !== 'version');
  return Object.fromEntries(all.map(([path, value]) => [path.join('.'), value]));
}

/** What two people made of the same places of a document: of a patch, and of the document as it is now. */
export function sides(patch: object, now: object): [object, object] {
  const mine: Record<string, unknown> = {};
  const theirs: Record<string, unknown> = {};
  for (const [path, value] of placesOf(patch)) {
    const name = path.join('.');
    mine[name] = value;
    theirs[name] =
      path.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], now) ?? null;
  }
  return [mine, theirs];
}
