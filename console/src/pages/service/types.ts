import type { Read } from './data';
import type { Service, Version } from './documents';

/** The version that is looked at, and the service that it is of. */
export interface OfVersion {
  /** The service as it was read, with its `ETag`. */
  read: Read<Service>;
  service: Service;
  name: string;
  version: Version;
}
