import { answer, api, type Schemas } from '../../api/client';
import type { Upstream } from './documents';

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

/** How the targets of an upstream are, as the node that answers sees them. */
export const healthQuery = (id: string) => ({
  queryKey: ['upstream', id, 'health'],
  queryFn: () => answer(api.GET('/api/v1/upstreams/{id}/health', { params: { path: { id } } })),
  refetchInterval: AGAIN,
});

/** A target as it is configured, with how it is. */
export interface TargetStanding extends Target {
  health?: Schemas['TargetHealth'] | undefined;
}

/**
 * Targets with how each is. Both come in the order of the configuration, and may write an address each in its
 * own way; while their numbers differ, one is older than the other, and nothing is said.
 */
export function standing(targets: Target[], health: Schemas['UpstreamHealth'] | undefined): TargetStanding[] {
  const fits = health?.targets.length === targets.length;
  return targets.map((target, at) => ({ ...target, health: fits ? health.targets[at] : undefined }));
}

/** The addresses that the name of a target stands for, where they are not what is written. */
export function resolved({ address, health }: TargetStanding): string[] {
  return (health?.addresses ?? []).filter((one) => one !== address);
}
