import type { Ending, Service, Upstream } from '../../api/answers/services';
import { answer, api, versioned } from '../../api/client';
import { queries } from '../../api/queries';

/** A document that was read, with the `ETag` that changes of it name. */
export interface Read<T> {
  value: T;
  version: string;
}

/** A service. */
export const serviceQuery = (id: string) => ({
  queryKey: ['service', id],
  queryFn: async () =>
    (await versioned(api.GET('/api/v1/services/{id}', { params: { path: { id } } }))) as Read<Service>,
});

/** An upstream. */
export const upstreamQuery = (id: string) => ({
  queryKey: ['upstream', id],
  queryFn: async () =>
    (await versioned(api.GET('/api/v1/upstreams/{id}', { params: { path: { id } } }))) as Read<Upstream>,
});

/** What publishing a version would change for callers. */
export const differenceQuery = (service: string, version: string) => ({
  queryKey: ['service', service, 'difference', version],
  queryFn: () =>
    answer(
      api.GET('/api/v1/services/{service}/versions/{version}/difference', {
        params: { path: { service, version } },
      }),
    ),
});

/** Who called a version in the last 30 days, the busiest first. */
export const callersQuery = (service: string, version: string) => ({
  queryKey: ['service', service, 'callers', version],
  queryFn: () =>
    answer(
      api.GET('/api/v1/services/{service}/versions/{version}/callers', {
        params: { path: { service, version } },
      }),
    ),
});

/** The subscriptions that are for one version alone: they have to go somewhere when it ends. */
export const endingQuery = (service: string, version: string) => ({
  queryKey: ['service', service, 'ending', version],
  queryFn: async () => {
    const told = await command<{ only: Ending[] }>('versions.retire', { service, version, preview: true });
    return told.only;
  },
});

/** Runs one of the commands that have no endpoint of their own; what it answers in the end. */
export async function command<T>(
  name: 'change' | 'versions.retire',
  params: Record<string, unknown>,
): Promise<T> {
  const lines = await answer(
    api.POST(`/api/v1/commands/${name}`, { body: params, parseAs: 'text' }) as Promise<{
      data?: string;
      response: Response;
    }>,
  );
  const last = lines.trim().split('\n').at(-1) ?? '{}';
  return (JSON.parse(last) as { ok: T }).ok;
}

/** Brings everything up to date that shows services. */
export async function refresh(): Promise<void> {
  await Promise.all(
    ['service', 'services', 'upstream', 'upstreams', 'operation', 'plans'].map((name) =>
      queries.invalidateQueries({ queryKey: [name] }),
    ),
  );
}
