import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../client';

/** Where consumers reach the gateway (`GET /api/v1/gateway`). */
export interface Gateway {
  /** By environment; its first address is the one to show. */
  urls: Array<{ environment: string; url: string }>;
}

/** The address of the gateway in an environment; none while it is not known, or where nobody can tell. */
export function useGatewayUrl(environment = 'production'): string | undefined {
  const { data } = useQuery({
    queryKey: ['gateway'],
    queryFn: async () => (await answer(api.GET('/api/v1/gateway' as never))) as Gateway,
    staleTime: 60_000,
    retry: false,
  });
  return data?.urls?.find((one) => one.environment === environment)?.url;
}
