/** Texts about where requests come from, as the platform sees it: proxies in front, and databases of addresses. */
export const origins = {
  tab: 'Where requests come from',
  about:
    'Every rule about addresses and countries goes by these. They hold for the whole platform, from the next request on.',
  proxies: {
    title: 'Proxies in front of the gateway',
    detail: 'The address in their header counts as the client’s. Everybody else’s header is ignored.',
    addresses: 'Trusted addresses',
    addressesHelp: 'Addresses and networks, one on each line.',
    lists: 'Trusted lists',
    listsHelp:
      'Lists of the platform, such as one that a content delivery network publishes. A stale one makes nobody trusted.',
    header: 'Header',
    headers: { 'x-forwarded-for': 'X-Forwarded-For', forwarded: 'Forwarded (RFC 7239)' } as Record<
      string,
      string
    >,
    hops: 'Most hops in it',
    hopsHelp: '32 where this is empty. A request with more is refused.',
    nobody: 'nobody: the address of the connection counts',
    change: 'Change',
    changeTitle: 'Proxies in front of the gateway',
    done: 'These proxies are trusted now.',
  },
  places: {
    title: 'Databases of addresses',
    detail:
      'In the MMDB format: GeoLite2, DB-IP, IPinfo and others. None is shipped. A file that is replaced is read again.',
    country: 'File that knows countries',
    asn: 'File that knows networks (AS numbers)',
    none: 'none: rules about countries hold nobody',
    change: 'Change',
    changeTitle: 'Databases of addresses',
    done: 'These databases are asked now.',
  },
};
