import { useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../../api/client';
import { useMay, useMe } from '../../api/me';

/** What looks addresses up in a list, where, and what it does to those it finds. */
export type Use = Schemas['UseOfList'];

/** What is known of the uses of a list. */
export interface Usage {
  uses: Use[];
  /** Whether all of them are shown; else those are left out that whoever looks may not see. */
  all: boolean;
}

/**
 * What uses a list. `undefined` until it is there, and always for whoever may not see policies. `wanted` puts
 * off asking, for tables whose rows are not in view.
 */
export function useUsage(list: string, wanted = true): Usage | undefined {
  const mayRead = useMay()('policies.read');
  const all = useMe()?.platform.includes('policies.read') ?? false;
  const { data } = useQuery({
    queryKey: ['lists', 'uses', list],
    queryFn: () => answer(api.GET('/api/v1/lists/{id}/uses', { params: { path: { id: list } } })),
    enabled: mayRead && wanted,
    staleTime: 60_000,
  });
  return data && { uses: data.items, all };
}
