import { queryOptions } from '@tanstack/react-query';
import { change, documents } from '../../../api/change';
import { queries } from '../../../api/queries';
import type { Versioned } from '../../../parts/patch';

/** Which proxies in front of the gateway are believed. Members that have their default are left out. */
export interface Proxies {
  trusted_proxies?: string[] | undefined;
  trusted_proxy_lists?: string[] | undefined;
  header?: string | undefined;
  max_hops?: number | undefined;
}

/** Databases that say where addresses are. */
export interface Places {
  country?: string | undefined;
  asn?: string | undefined;
}

/** The settings of the platform that have no address of their own in the API, by their kinds. */
interface Settings {
  client: Proxies;
  geo: Places;
}

/** Settings that nobody has made yet: there is no version of them. */
const NONE = '';

/** Settings of the platform, with the version that was read. */
export const settingsQuery = <K extends keyof Settings>(kind: K) =>
  queryOptions({
    queryKey: ['settings', 'of the platform', kind],
    queryFn: async (): Promise<Versioned<Settings[K]>> => {
      const [found] = await documents<Settings[K]>(kind);
      return { value: found?.document ?? {}, version: found ? String(found.version) : NONE };
    },
  });

/** Changes settings of the platform as they were read. */
export async function changeSettings(
  kind: keyof Settings,
  patch: object,
  version: string,
  comment: string,
): Promise<void> {
  const expect = version === NONE ? 'absent' : { version: Number(version) };
  await change([{ kind, id: 'platform', patch, expect }], comment);
  await queries.invalidateQueries({ queryKey: ['settings'] });
}
