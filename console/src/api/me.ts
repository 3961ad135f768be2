import { notifications } from '@mantine/notifications';
import { type QueryClient, useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';
import { codeOf } from './problem';
import { expired, settle } from './session';

/** Whoever is signed in. */
export type Me = Schemas['Me'];

/** Asks who is signed in; null for nobody. */
export async function whoIsSignedIn(): Promise<Me | null> {
  try {
    return await answer(api.GET('/api/v1/me'));
  } catch (error) {
    if (codeOf(error) === 'session.missing' || codeOf(error) === 'credential.invalid') return null;
    throw error;
  }
}

/**
 * Takes the answer to who is signed in now. Where somebody was and nobody is, the pages stay, and whatever is
 * typed into them, until they have signed in again. Where it is somebody else, nothing of the other may stay.
 */
export function settled(before: Me | null | undefined, now: Me | null): Me | null {
  if (!before) return now;
  if (!now) {
    expired.set(true);
    return before;
  }
  if ((now.id ?? now.who) !== (before.id ?? before.who)) {
    location.reload();
    return before;
  }
  settle(true);
  return now;
}

/** Who is signed in; null for nobody. */
export const me = {
  queryKey: ['me'],
  queryFn: async ({ client }: { client: QueryClient }): Promise<Me | null> => {
    const now = await whoIsSignedIn();
    return settled(client.getQueryData<Me | null>(['me']), now);
  },
  staleTime: 30_000,
};

/** Forgets what was read for whoever is signed in, and takes who is now: after signing in, and out. */
export function signedIn(client: QueryClient, now: Me | null): void {
  // An answer that is on its way would bring the person back; what is told could be undone by the next one.
  client.cancelQueries({ queryKey: ['me'] });
  notifications.clean();
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'me' });
  client.setQueryData<Me | null>(['me'], now);
}

/** Whoever is signed in. Pages are shown to those only. */
export function useMe(): Me | null {
  return useQuery(me).data ?? null;
}

/** Whether somebody may do something: in a tenant, or, without one, anywhere. */
export function may(who: Me | null, permission: string, tenant?: string | null): boolean {
  if (!who) return false;
  if (who.platform.includes(permission)) return true;
  if (tenant) return who.tenants[tenant]?.includes(permission) ?? false;
  return Object.values(who.tenants).some((permissions) => permissions.includes(permission));
}

/** Asks {@link may} for whoever is signed in: a page leaves out what its reader may not do. */
export function useMay(): (permission: string, tenant?: string | null) => boolean {
  const who = useMe();
  return (permission, tenant) => may(who, permission, tenant);
}
