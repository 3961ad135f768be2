import { frame } from './frame';

/** Texts of the room `listeners`. */
export const listeners = {
  title: frame.pages.listeners,
  about: 'Where the gateway listens for callers, and what it speaks there. The console listens elsewhere.',
  now: 'Listens on now',
  nowHelp:
    'Its command line (--gateway) may put other addresses in the place of those that are declared. Where it listens on all addresses, the host is the one that this page was asked for by.',
  declared: 'Declared listeners',
  none: 'None is declared',
  noneDetail:
    'The gateway listens where its command line says, or on its usual address, and speaks plain HTTP.',
  columns: {
    listener: 'Listener',
    address: 'Address',
    tls: 'TLS',
    clients: 'Client certificates',
    proxy: 'PROXY protocol',
    http2: 'HTTP/2',
    distribution: 'Connections go to',
  },
  plain: 'no: plain HTTP',
  from: (version: string) => `${version} and later, with`,
  allOthers: 'and every other one that has a name',
  asked: 'asked for; each service says what they are worth',
  notAsked: 'not asked for',
  proxyNeeded: 'has to come, and only from',
  proxyOptional: 'may come, and only from',
  yes: 'yes',
  no: 'no',
  distributions: {
    reuse_port: 'the core that the kernel chooses',
    least_loaded: 'the core with the fewest',
  } as Record<string, string>,
};
