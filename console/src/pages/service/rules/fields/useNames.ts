import { queryOptions, useQuery } from '@tanstack/react-query';
import { environments } from '../../../../api/apps';
import { answer, api } from '../../../../api/client';
import { useMay } from '../../../../api/me';

/** Names of a kind that fields offer. */
const PART = { query: { limit: 200 } };

const ASKS = {
  lists: () => answer(api.GET('/api/v1/lists', { params: { query: { limit: 200, without: 'entries' } } })),
  groups: () => answer(api.GET('/api/v1/groups', { params: PART })),
  access_roles: () => answer(api.GET('/api/v1/access-roles', { params: PART })),
  apps: () => answer(api.GET('/api/v1/apps', { params: PART })),
};

/** What fields offer names of. */
export type Named = keyof typeof ASKS;

const named = (what: Named) =>
  queryOptions({
    queryKey: [what.replace('_', '-'), 'names'],
    queryFn: async (): Promise<string[]> => (await ASKS[what]()).items.map(({ id }) => id ?? ''),
  });

/** The names of what there is, as far as one may see them. */
export function useNames(what: Named): string[] {
  return useQuery({ ...named(what), enabled: useMay()(`${what}.read`) }).data ?? [];
}

/** The environments that there are, as far as one may see them. */
export function useEnvironments(): string[] {
  const known = useQuery({ ...environments, enabled: useMay()('environments.read') });
  const names = (known.data?.items ?? []).map(({ id }) => id ?? '');
  return names.includes('production') ? names : ['production', ...names];
}

/** The time zones that the browser knows. */
export function zones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
}

/** The time zone of whoever looks. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}
