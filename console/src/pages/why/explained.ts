import type { QueryClient } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../../api/client';

/** For whom an explanation is, the widest first. */
export const AUDIENCES = ['operator', 'publisher', 'consumer'] as const satisfies Schemas['Audience'][];

/** The explanation of a request: as it is told to an audience, or as much of it as one may know. */
export function explained(id: string, audience?: Schemas['Audience']) {
  return {
    queryKey: ['explanation', id, audience ?? 'most'],
    queryFn: () => {
      const asked = api.GET('/api/v1/calls/{id}/explanation', {
        params: { path: { id }, query: audience ? { audience } : {} },
      });
      // The client's types forget how long tuples are.
      return answer(asked) as Promise<Schemas['ExplainedCall']>;
    },
    // What happened does not change; and a fix that is looked at must not move away below its reader.
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  };
}

/** A fix, and whether it was applied since it was read. */
export type Fix = Schemas['Fix'] & { applied?: boolean };

/**
 * Takes in that a fix was applied. One that makes a key mends nothing of the request as it was sent: it would be
 * offered on and on, and make another key each time.
 */
export function markApplied(cache: QueryClient, id: string, { number }: Fix): void {
  cache.setQueryData(explained(id).queryKey, (read: Schemas['ExplainedCall'] | undefined) => {
    if (!read) return read;
    const fixes = read.found.fixes?.map((fix) => (fix.number === number ? { ...fix, applied: true } : fix));
    return { ...read, found: { ...read.found, fixes } };
  });
}
