import { QueryClient } from '@tanstack/react-query';
import { Problem, Unreachable } from './problem';

/** One cache for all pages. What is shown may be five seconds old; live pages ask more often. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal stays one; a Postern that is away may come back, and the frame asks for that.
      retry: (failures, error) =>
        !(error instanceof Problem) && !(error instanceof Unreachable) && failures < 2,
      refetchOnWindowFocus: true,
    },
  },
});
