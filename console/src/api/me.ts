import { useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';
import { codeOf } from './problem';

/** Whoever is signed in. */
export type Me = Schemas['Me'];

/** Who is signed in; null for nobody. */
export const me = {
  queryKey: ['me'],
  queryFn: async (): Promise<Me | null> => {
    try {
      return await answer(api.GET('/api/v1/me'));
    } catch (error) {
      if (codeOf(error) === 'session.missing' || codeOf(error) === 'credential.invalid') return null;
      throw error;
    }
  },
  staleTime: 30_000,
};

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
