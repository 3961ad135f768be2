import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../../api/client';
import { useMay } from '../../api/me';

/** A policy that looks addresses up in a list, and what it does to those it finds. */
export interface Use {
  policy: string;
  does: 'allow' | 'deny';
}

/** Policies that are looked at for the lists they use. */
const LIMIT = 1000;

/** Which policies use which list; nothing for whoever may not see policies. */
export function useUsage(): { of: (list: string) => Use[]; all: boolean } | undefined {
  const mayRead = useMay()('policies.read');
  const query = useQuery({
    queryKey: ['policies', 'usage'],
    queryFn: async () => {
      const page = await answer(api.GET('/api/v1/policies', { params: { query: { limit: LIMIT } } }));
      const uses = new Map<string, Use[]>();
      for (const policy of page.items) {
        for (const does of ['allow', 'deny'] as const) {
          for (const list of policy[does] ?? []) {
            uses.set(list, [...(uses.get(list) ?? []), { policy: policy.id ?? '', does }]);
          }
        }
      }
      return { uses, all: page.next === null };
    },
    enabled: mayRead,
    staleTime: 60_000,
  });
  const { data } = query;
  return data && { of: (list) => data.uses.get(list) ?? [], all: data.all };
}
