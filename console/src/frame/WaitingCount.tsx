import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../api/client';
import { texts } from '../texts';

/** What waits for a decision of whoever is signed in. */
export const approvals = {
  queryKey: ['approvals'],
  queryFn: () => answer(api.GET('/api/v1/approvals')),
};

/** How much that is, beside the page in the navigation. */
export function WaitingCount() {
  const { data } = useQuery({ ...approvals, refetchInterval: 30_000 });
  const n = data?.items.length ?? 0;
  if (n === 0) return null;
  return (
    <Badge size="sm" circle={n < 10} variant="filled" color="red.8" aria-label={texts.frame.waiting(n)}>
      {n}
    </Badge>
  );
}
