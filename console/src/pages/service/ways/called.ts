import type { OfVersion } from '../types';
import { operationsOf, prefixOf } from '../versions';

/** An operation that is called: of a service, with a method and the whole path. */
export interface Called {
  service: string;
  hosts: readonly string[];
  method: string;
  path: string;
}

/** An operation to show as an example: the first that reads. */
export function calledOf(of: OfVersion, name?: string): Called {
  const all = operationsOf(of.version);
  const found = name === undefined ? undefined : all.find(([id]) => id === name);
  const reads = all.find(([, one]) => !one.methods || one.methods.includes('GET'));
  const [, operation] = found ?? reads ?? all[0] ?? [];
  const methods = operation?.methods ?? [];
  return {
    service: of.service.id,
    hosts: of.service.hosts ?? [],
    method: methods.length === 0 || methods.includes('GET') ? 'GET' : (methods[0] ?? 'GET'),
    path: `${prefixOf(of.service, of.version)}${operation?.path ?? '/'}`,
  };
}
