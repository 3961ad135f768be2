/** What the call log answers. Members that a request has no value for, or that are not for its reader, are absent. */

/** How a request ended. */
export type Outcome = 'allowed' | 'refused' | 'origin_refused' | 'cancelled' | 'own';

/** One row of the call log: a request, or, folded, many that are alike. */
export interface Call {
  id: string;
  /** When it came: Unix time in milliseconds. */
  at_ms: number;
  /** How long it took, in microseconds. */
  duration_us: number;
  /** The caller's address. */
  address: string;
  peer?: string;
  protocol?: string;
  method?: string;
  host?: string;
  path?: string;
  /** 0 where nothing was answered. */
  status: number;
  outcome: Outcome;
  code?: string;
  /** What the code says, for people. */
  title?: string;
  stage?: string;
  fault?: string;
  policy?: string;
  /** The service's tenant. */
  tenant?: string;
  service?: string;
  version?: string;
  operation?: string;
  environment?: string;
  app?: string;
  credential?: string;
  subscription?: string;
  upstream?: string;
  target?: string;
  attempts?: number;
  bytes_in: number;
  bytes_out: number;
  revision?: number;
  directory?: number;
  client_request_id?: string;
  trace?: string;
  /** How many requests the row stands for: 1, or those that it was folded from or sampled for. */
  represents: number;
  fold?: { first: string; last: string; samples: string[] };
}

/** One page of requests, newest first. */
export interface Calls {
  items: Call[];
  more: boolean;
  /** What to give as `before` for the next page. */
  next?: string | null;
}

/** Refusals that have something in common. */
export interface DenialGroup {
  /** What that is; null for those that have no such thing. */
  key: string | null;
  count: number;
  first_ms: number;
  last_ms: number;
  /** One of them: the newest that has a row. */
  example: string;
  /** What a code says, for people. */
  title?: string;
}

/** Refusals within a part of the time that is looked at. */
export interface DenialBucket {
  from_ms: number;
  until_ms: number;
  /** What passed; absent where the filters fit refusals only. */
  allowed?: number;
  /** Refused by Postern. */
  refused: number;
  /** Refused by the upstream itself. */
  origin_refused: number;
}

/** Refusals, counted. */
export interface Denials {
  /** Of those that are grouped. */
  total: number;
  /** Refused by Postern, whatever is grouped. */
  refused: number;
  /** Refused by the upstream itself. */
  origin_refused: number;
  groups: DenialGroup[];
  /** Whether there are more groups than were asked for, or rows that were not looked at. */
  more: boolean;
  series?: DenialBucket[];
}
