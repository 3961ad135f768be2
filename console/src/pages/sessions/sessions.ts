import { queryOptions } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../../api/client';
import { pageOf } from '../../api/pages';
import { queries } from '../../api/queries';

/** Somebody who is signed in at a browser. */
export type Session = Schemas['BrowserSession'];

/** What sessions are looked for by. */
export const BY = ['service', 'issuer', 'user', 'host'] as const;

/** Which sessions are meant. */
export type Which = Partial<Record<(typeof BY)[number], string>>;

/** Which sessions an address means. */
export function whichOf(search: Which): Which {
  return Object.fromEntries(BY.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
}

/** A page of the sessions that are meant. */
export const sessionsQuery = (which: Which, cursor?: string) =>
  queryOptions({
    queryKey: ['browser sessions', which, cursor],
    queryFn: () =>
      pageOf(async (after) => {
        const query = { ...which, after, limit: 100 };
        const { sessions, next } = await answer(api.GET('/api/v1/sessions', { params: { query } }));
        return { items: sessions, next };
      }, cursor),
  });

/** Brings up to date who is signed in. */
function refresh(): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['browser sessions'] });
}

/** Signs somebody out; how many sessions that ended, none or one. */
export async function signOut(session: Session, reason: string): Promise<number> {
  const params = { path: { id: session.id }, query: { reason } };
  const { revoked } = await answer(api.DELETE('/api/v1/sessions/{id}', { params }));
  await refresh();
  return revoked;
}

/** Signs all out that are meant; how many. The API ends so many at a time, and says where there are more. */
export async function signAllOut(which: Which, reason: string): Promise<number> {
  const all = Object.keys(which).length === 0 ? { all: true } : which;
  let ended = 0;
  for (;;) {
    const { revoked, more } = await answer(api.POST('/api/v1/sessions/revoke', { body: { ...all, reason } }));
    ended += revoked;
    if (!more) break;
  }
  await refresh();
  return ended;
}
