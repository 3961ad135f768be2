import { answer, api, versioned } from '../../api/client';
import { queries } from '../../api/queries';
import type { Service, Upstream } from './documents';

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
    const path = { service, version };
    return answer(api.GET('/api/v1/services/{service}/versions/{version}/retirement', { params: { path } }));
  },
});

/** One change of one document: `put`, `patch` (RFC 7396) or `delete`. */
export type Change = { kind: string; id: string; expect?: 'present' | 'absent' | { version: number } } & (
  | { patch: object }
  | { put: object }
  | { delete: true }
);

/** Changes several documents in one step, or none of them. */
export async function changeTogether(changes: Change[], comment: string): Promise<void> {
  await answer(api.POST('/api/v1/commands/change', { body: { changes, comment }, parseAs: 'text' }));
}

/** Brings everything up to date that shows services. */
export async function refresh(): Promise<void> {
  await Promise.all(
    ['service', 'services', 'upstream', 'upstreams', 'operation', 'plans'].map((name) =>
      queries.invalidateQueries({ queryKey: [name] }),
    ),
  );
}
