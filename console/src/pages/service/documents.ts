import type { Schemas } from '../../api/client';

/** A document as it is answered: members that have their default are left out. */
type Sparse<T, Needed extends keyof T> = Partial<T> & Pick<T, Needed>;

/** An operation of a version. */
export type Operation = Sparse<Schemas['ConfiguredOperation'], 'path'>;

/** A version of a service. */
export type Version = Omit<Sparse<Schemas['ConfiguredVersion'], 'upstream'>, 'operations'> & {
  operations: Record<string, Operation>;
};

/** A service. */
export type Service = Omit<Partial<Schemas['ServiceDocument']>, 'id' | 'versions'> & {
  id: string;
  versions: Record<string, Version>;
};

/** Where requests go. */
export type Upstream = Sparse<Schemas['UpstreamDocument'], 'targets'> & { id: string };
