import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../../api/client';

/** A role that somebody can be given. */
export interface Choice {
  value: string;
  label: string;
}

/** How many roles of one's own are offered. */
const MOST = 200;

/** The roles that there are on the platform, or, with a tenant, in it. */
export function useRoles(tenant: string | null): Choice[] {
  const known = useQuery({
    queryKey: ['permissions'],
    queryFn: () => answer(api.GET('/api/v1/permissions')),
    staleTime: 300_000,
  });
  const own = useQuery({
    queryKey: ['roles'],
    queryFn: () => answer(api.GET('/api/v1/roles', { params: { query: { limit: MOST } } })),
  });
  const builtIn = (known.data?.roles ?? []).filter((role) => role.of_platform === (tenant === null));
  const made = (own.data?.items ?? []).filter((role) => (role.tenant ?? null) === tenant);
  return [
    ...builtIn.map((role) => ({ value: role.name, label: `${role.name}: ${role.says}` })),
    ...made.map((role) => ({
      value: role.id ?? '',
      label: role.title ? `${role.id}: ${role.title}` : (role.id ?? ''),
    })),
  ];
}
