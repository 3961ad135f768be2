import { useInfiniteQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../../api/client';

/** A plan as it is answered: members that have their default are left out. */
export type Plan = Partial<Schemas['PlanDocument']>;

/** Plans that are looked through at a time: the list cannot be asked for those of one service. */
const PART = 200;

/** The plans that cover a service, among those that were looked through, and the way to look further. */
export function usePlans(service: string) {
  const query = useInfiniteQuery({
    queryKey: ['plans', 'of', service],
    queryFn: ({ pageParam }) =>
      answer(api.GET('/api/v1/plans', { params: { query: { limit: PART, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const all: Plan[] = query.data?.pages.flatMap((page) => page.items) ?? [];
  const plans = all.filter(
    (plan) => plan.services?.includes(service) || plan.covers?.some((part) => part.service === service),
  );
  return { query, plans, further: query.hasNextPage ? () => query.fetchNextPage() : undefined };
}
