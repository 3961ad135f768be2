import type { Upstream, UpstreamHealth } from '../../api/answers/services';
import { answer, api } from '../../api/client';
import { codeOf } from '../../api/problem';

/** How often health is asked for while it is looked at, in milliseconds. */
const AGAIN = 5_000;

/** A target and its weight. */
export interface Target {
  address: string;
  weight: number;
}

/** The targets of an upstream; one that says no weight has 1. */
export function targetsOf(upstream: Upstream): Target[] {
  return upstream.targets.map((target) =>
    typeof target === 'string' ? { address: target, weight: 1 } : { ...target, weight: target.weight ?? 1 },
  );
}

/** The share of the requests that a target gets while all are healthy. */
export function shareOf(target: Target, all: Target[]): string {
  const sum = all.reduce((sum, one) => sum + one.weight, 0);
  return sum === 0 ? '0 %' : `${Math.round((100 * target.weight) / sum)} %`;
}

/** How the targets of an upstream are; null where this Postern does not tell. */
export const healthQuery = (id: string) => ({
  queryKey: ['upstream', id, 'health'],
  queryFn: async (): Promise<UpstreamHealth | null> => {
    try {
      // Not in the document yet: of the shape of the others below /upstreams/{id}.
      const path = '/api/v1/upstreams/{id}/health' as '/api/v1/upstreams/{id}';
      return (await answer(api.GET(path, { params: { path: { id } } }))) as unknown as UpstreamHealth;
    } catch (error) {
      if (codeOf(error) === 'resource.not_found') return null;
      throw error;
    }
  },
  refetchInterval: (query: { state: { data: UpstreamHealth | null | undefined } }) =>
    query.state.data ? AGAIN : (false as const),
});

/** The state of a target in one word. */
export function stateOfTarget(target: UpstreamHealth['targets'][number] | undefined): string {
  if (!target) return 'unknown';
  if (target.state) return target.state;
  if (target.healthy === undefined) return 'unknown';
  return target.healthy ? 'healthy' : 'unhealthy';
}
