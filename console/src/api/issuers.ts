import { queryOptions } from '@tanstack/react-query';
import { answer, api, type Schemas, versioned } from './client';
import { queries } from './queries';

/** Whoever signs tokens that callers may bring. Members that have their default are left out. */
export type Issuer = Omit<
  Partial<Schemas['IssuerDocument']>,
  'id' | 'built_in' | 'claims' | 'introspection'
> &
  Pick<Schemas['IssuerDocument'], 'issuer' | 'audiences'> & {
    id: string;
    built_in?: Partial<Schemas['ConfiguredBuiltIn']> | undefined;
    claims?: Partial<Schemas['ConfiguredClaims']>;
    introspection?: Partial<Schemas['ConfiguredIntrospection']> | undefined;
  };

/** How the keys of an issuer stand, as the node sees it that answers. */
export type IssuerKeys = Schemas['KeysOfIssuer'];

/** A page of the issuers whose id or title has a phrase in it. */
export const issuersQuery = (q: string | undefined, tenant: string | undefined, cursor?: string) =>
  queryOptions({
    queryKey: ['issuers', { q, tenant, cursor }],
    queryFn: async () => {
      const query = { q, tenant, cursor, limit: 50 };
      return (await answer(api.GET('/api/v1/issuers', { params: { query } }))) as {
        items: Issuer[];
        next: string | null;
      };
    },
  });

/** An issuer, with the version that was read. */
export const issuerQuery = (id: string) =>
  queryOptions({
    queryKey: ['issuer', id],
    queryFn: async () =>
      (await versioned(api.GET('/api/v1/issuers/{id}', { params: { path: { id } } }))) as {
        value: Issuer;
        version: string;
      },
  });

/** How often it is asked how keys stand: they come and go by themselves. */
const EVERY = 10_000;

/** How the keys of all issuers stand that one may see. */
export const issuerKeysQuery = queryOptions({
  queryKey: ['issuer keys'],
  queryFn: async () => (await answer(api.GET('/api/v1/issuer-keys'))).items,
  refetchInterval: EVERY,
});

/** What relies on an issuer: services that accept its tokens, and clients of it that are apps. */
export const issuerUsesQuery = (id: string) =>
  queryOptions({
    queryKey: ['issuer', id, 'uses'],
    queryFn: () => answer(api.GET('/api/v1/issuers/{id}/uses', { params: { path: { id } } })),
  });

/** Brings up to date whatever shows issuers. */
export function refreshIssuers(): Promise<unknown> {
  const shown = ['issuer', 'issuers', 'issuer keys'];
  return Promise.all(shown.map((name) => queries.invalidateQueries({ queryKey: [name] })));
}
