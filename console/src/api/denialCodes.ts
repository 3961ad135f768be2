import { queryOptions, useQuery } from '@tanstack/react-query';
import { answer, api } from './client';

/** Every code of a refusal, with what it says for people; they change with Postern's version only. */
export const denialCodes = queryOptions({
  queryKey: ['denial-codes'],
  queryFn: () => answer(api.GET('/api/v1/denial-codes')),
  staleTime: Number.POSITIVE_INFINITY,
});

export function useDenialCodes() {
  const { data } = useQuery(denialCodes);
  return data?.items ?? [];
}

/** What a code says, for people; none where it is not known. */
export function useCodeTitle(): (code: string | null | undefined) => string | undefined {
  const codes = useDenialCodes();
  return (code) => codes.find((one) => one.code === code)?.title;
}
