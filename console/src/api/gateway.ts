import { useLocalStorage } from '@mantine/hooks';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';

/** The environment of every host that no other one has. */
export const PRODUCTION = 'production';

type Addresses = Schemas['GatewayAddresses'];

/** Where callers reach the gateway, and what it listens on. */
export const gatewayQuery = queryOptions({
  queryKey: ['gateway'],
  queryFn: () => answer(api.GET('/api/v1/gateway')),
  staleTime: 60_000,
});

/** Where the requests of an environment are sent to. */
export interface Gateway {
  environment: string;
  /** Its address; none while it is not known. */
  url: string | undefined;
  /** What a person is asked, where Postern cannot tell. */
  asked?: { said: string; say: (url: string) => void; example: string };
}

/**
 * Where requests to a service with these hosts are sent to, in an environment. Where no host of it is a name by
 * itself, a person is asked; this browser remembers what they said.
 */
export function useGateway(environment = PRODUCTION, hosts: readonly string[] = []): Gateway {
  const { data, isPending } = useQuery(gatewayQuery);
  const [said, say] = useLocalStorage({ key: `postern-gateway-${environment}`, defaultValue: '' });
  const url = data && addressOf(data, environment, hosts);
  if (url !== undefined || isPending) return { environment, url };
  const example = exampleOf(data, environment, hosts);
  return { environment, url: isAddress(said) ? said : undefined, asked: { said, say, example } };
}

/** Whether a text is an address that requests can be sent to. */
export function isAddress(text: string): boolean {
  return /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : '');
}

/** Whether a host is one that a pattern means: itself, or any below `*.example.com`. */
function means(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : pattern === host;
}

/** The environment that a host belongs to; one that names it comes before one that has all below another. */
function environmentOf(host: string, told: Addresses): string {
  const named = told.urls.find((one) => one.hosts.includes(host));
  const owner = named ?? told.urls.find((one) => one.hosts.some((pattern) => means(pattern, host)));
  return owner?.environment ?? PRODUCTION;
}

/** An address with another host. */
function at(base: string, host: string): string {
  const url = new URL(base);
  url.hostname = host;
  return url.origin;
}

/**
 * The address of a service's host that is in the environment; for a service that has every host, that of the
 * environment. None, where neither is a name by itself.
 */
export function addressOf(
  told: Addresses,
  environment: string,
  hosts: readonly string[],
): string | undefined {
  const base = told.listeners?.[0];
  const host = hosts.find((one) => !one.includes('*') && environmentOf(one, told) === environment);
  if (host && base) return at(base, host);
  const own = told.urls.find((one) => one.environment === environment)?.url;
  if (!own) return undefined;
  const { hostname } = new URL(own);
  return hosts.length === 0 || hosts.some((pattern) => means(pattern, hostname)) ? own : undefined;
}

/** What an address could look like, from what is known of it. */
function exampleOf(told: Addresses | undefined, environment: string, hosts: readonly string[]): string {
  const own = told?.urls.find((one) => one.environment === environment)?.hosts ?? [];
  const pattern = hosts[0] ?? own[0] ?? 'api.example.com';
  return at(told?.listeners?.[0] ?? 'https://api.example.com', pattern.replace('*', 'api'));
}
