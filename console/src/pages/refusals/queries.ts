import { useMediaQuery } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../../api/client';
import { pageOf } from '../../api/pages';
import type { Grouping, Looked } from './looked';
import { beat, windowOf } from './span';

/** Rows of a page. */
export const ROWS = 50;

/** Groups that are asked for. */
export const GROUPS = 50;

/** How often the list is asked for anew, in milliseconds. */
const LIVE = 5_000;

/** As many bars as leave each wide enough to be hit (24 px). */
export function useMostBars(): number {
  return useMediaQuery('(min-width: 48em)', true, { getInitialValueInEffect: false }) ? 24 : 12;
}

/** Refusals, counted, and by what: while another count is awaited, the one before is shown. */
export type Counted = Schemas['DenialCounts'] & { by: Grouping };

/** One page of the requests that are looked at. */
export function useCalls(at: Looked, most: number) {
  return useQuery({
    queryKey: ['calls', at.span, at.filters, at.whose, at.before, most],
    queryFn: ({ signal }) => {
      const { from, until } = windowOf(at.span, Date.now(), most);
      const outcome = at.whose === 'all' ? undefined : at.whose;
      return pageOf((before) => {
        const query = { ...at.filters, since_ms: from, until_ms: until, outcome, before, limit: ROWS };
        return answer(api.GET('/api/v1/calls', { params: { query }, signal }));
      }, at.before);
    },
    refetchInterval: at.live && LIVE,
    refetchOnWindowFocus: at.live,
    placeholderData: keepPreviousData,
  });
}

/** The refusals that are looked at, counted over time and by what they have in common. */
export function useDenials(at: Looked, most: number) {
  return useQuery({
    queryKey: ['denials', at.span, at.filters, at.whose, at.by, most],
    queryFn: async ({ signal }): Promise<Counted> => {
      const { from, until, buckets } = windowOf(at.span, Date.now(), most);
      const query = {
        ...at.filters,
        since_ms: from,
        until_ms: until,
        // What passed has nothing to count by: then it is all refusals.
        outcome: at.whose === 'all' || at.whose === 'allowed' ? undefined : at.whose,
        by: at.by,
        limit: GROUPS,
        buckets,
      };
      const counted = await answer(api.GET('/api/v1/denials', { params: { query }, signal }));
      return { ...counted, by: at.by };
    },
    refetchInterval: at.live && beat(at.span),
    refetchOnWindowFocus: at.live,
    placeholderData: keepPreviousData,
  });
}
