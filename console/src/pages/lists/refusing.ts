import { useQueries, useQuery } from '@tanstack/react-query';
import { answer, api } from '../../api/client';
import { useMay } from '../../api/me';
import { one } from './changing';
import { type ListRow, rowOf } from './rows';

/** Lists that are looked at: a policy names few. */
const FEW = 5;

/**
 * The lists by which a request was refused: whoever comes to add its address most likely means one of them.
 * None where the record says none, or says it to others only.
 */
export function useRefusingLists(request: string | undefined): ListRow[] {
  const mayRead = useMay()('calls.read');
  const names = useQuery({
    queryKey: ['lists', 'refusing', request],
    queryFn: async () => {
      const path = { id: request ?? '' };
      const explained = await answer(api.GET('/api/v1/calls/{id}/explanation', { params: { path } }));
      const evidence = explained.found?.refusal?.evidence ?? [];
      const told = evidence.find(({ name }) => name === 'list')?.value;
      const all = Array.isArray(told) ? told : [told];
      return all.filter((name): name is string => typeof name === 'string').slice(0, FEW);
    },
    enabled: mayRead && Boolean(request),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const lists = useQueries({ queries: (names.data ?? []).map((name) => one(name)) });
  return lists.flatMap(({ data }) => (data ? [rowOf(data)] : []));
}
