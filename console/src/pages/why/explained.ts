import type { Audience, Explained } from '../../api/answers/explanation';
import { answer, api } from '../../api/client';

/** The explanation of a request: as it is told to an audience, or as much of it as one may know. */
export function explained(id: string, audience?: Audience) {
  return {
    queryKey: ['explanation', id, audience ?? 'most'],
    queryFn: async () => {
      const asked = api.GET('/api/v1/calls/{id}/explanation', {
        params: { path: { id }, query: audience ? { audience } : {} },
      });
      return (await answer(asked)) as unknown as Explained;
    },
    // What happened does not change; and a fix that is looked at must not move away below its reader.
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  };
}
