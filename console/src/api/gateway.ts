import { useQuery } from '@tanstack/react-query';
import { environments } from './apps';
import { answer, api, type Schemas } from './client';
import { useMe } from './me';

/** The port that a gateway listens on where nothing else was said. */
const USUAL_PORT = '8080';

/** Where requests of an environment are sent to. */
export interface GatewayAddress {
  url: string;
  /** Whether the port, or the host, is only what is usual. */
  guessed: boolean;
}

/**
 * The address of the gateway for an environment, from what its reader may see: the environment's hosts and the
 * listeners. What is not declared is taken to be where the console is, at the usual port.
 */
export function useGateway(environment: string): GatewayAddress {
  const mayAsk = useMe()?.platform.includes('settings.read') ?? false;
  const listeners = useQuery({
    queryKey: ['listeners'],
    queryFn: () => answer(api.GET('/api/v1/listeners', { params: { query: { limit: 10 } } })),
    enabled: mayAsk,
    staleTime: 60_000,
  });
  const declared = useQuery(environments).data?.items ?? [];
  const hosts = declared.find((one) => one.id === environment)?.hosts ?? [];
  const host = hosts.find((host) => !host.startsWith('*'));
  return addressOf(listeners.data?.items[0], host, window.location.hostname);
}

/** Puts an address together from a listener and a host; `here` stands for what is not known. */
export function addressOf(
  listener: Schemas['ListenerDocument'] | undefined,
  host: string | undefined,
  here: string,
): GatewayAddress {
  const scheme = listener?.tls ? 'https' : 'http';
  const [, own, port] = /^(.*):(\d+)$/.exec(listener?.address ?? '') ?? [];
  const everywhere = !own || own === '0.0.0.0' || own === '[::]';
  const name = host ?? (everywhere ? here : own);
  const usual = scheme === 'https' ? '443' : '80';
  const end = (port ?? USUAL_PORT) === usual ? '' : `:${port ?? USUAL_PORT}`;
  return { url: `${scheme}://${name}${end}`, guessed: listener === undefined };
}
