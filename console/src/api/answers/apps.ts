/** An operation that an app may call. */
export interface Callable {
  service: string;
  version: string;
  operation: string;
  /** The methods; empty: every one that the gateway knows. */
  methods: string[];
  /** The whole path template. */
  path: string;
  /** The plan of its subscription. */
  plan?: string;
  /** With which credentials, by id; ten at most. None: no credential is needed. */
  credentials: string[];
  environments: string[];
}

/** What an app may call: `GET /apps/{app}/access`. */
export interface AppAccess {
  app: string;
  tenant: string;
  /** The access roles that it carries by itself. */
  access_roles: string[];
  /** Its groups, each with what it carries. */
  groups: Record<string, string[]>;
  operations: Callable[];
  /** Whether there are more, or may be. */
  more: boolean;
}

/** One line of the call log, as far as a list of refusals shows it: `GET /calls`. */
export interface Call {
  id: string;
  at_ms: number;
  method: string;
  host?: string;
  path: string;
  status: number;
  code?: string;
  fault?: string;
  service?: string;
  credential?: string;
  /** How many requests like it this line stands for. */
  represents?: number;
}

/** Calls, the newest first. */
export interface Calls {
  items: Call[];
  more: boolean;
}

/** How many refusals there were: `GET /denials`. */
export interface Denials {
  total: number;
  more: boolean;
}

/** What an operation asks of its callers, as far as a curl command needs it: `GET /requirements`. */
export interface Requirements {
  hosts: string[];
  credentials: { headers?: string[]; query?: string[] } | null;
  media_types: string[][];
}

/** What a change request says of itself in the list of what waits. */
export interface ChangeRequested {
  comment?: string;
  proposed_by?: string;
  proposed_at?: string;
  expires_at?: string;
  tenant?: string | null;
}
