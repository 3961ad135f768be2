import type { Schemas } from '../client';

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

/** One thing of an OpenAPI document that was not understood. */
export interface ReportLine {
  /** Where it stands first, as a JSON pointer; empty for the whole document. */
  pointer: string;
  what: string;
  /** What was done instead. */
  instead: string;
  /** In how many further places the same was found. */
  more: number;
}

/** What `POST …/import` answers. */
export interface ImportAnswer {
  dry_run: boolean;
  /** `SERVICE/VERSION`. */
  service: string;
  api_version: string | null;
  title: string | null;
  dialect: string;
  /** How many operations the document has. */
  found: number;
  document_kept: boolean;
  report: { lines: ReportLine[]; omitted: number };
  difference: {
    added: string[];
    changed: Array<{ operation: string; members: string[] }>;
    removed: string[];
    unchanged: number;
    /** What was configured by hand and stays. */
    kept: Array<{ operation: string; member: string | null; here: unknown; document: unknown }>;
  };
  /** What is done besides, in sentences. */
  also: string[];
  /** The version of the service's document that was found; 0 for none. */
  expect: number;
}

/** What `GET /api/v1/requirements` answers, as far as it is shown. */
export interface Requirements {
  path: string;
  methods: string[];
  hosts: string[];
  connection: { tls: boolean; client_certificate: boolean };
  /** None: nobody is asked for one. */
  credentials?: { kind: string; headers: string[]; query: string[]; optional: boolean };
  subscription: boolean;
  approval: boolean;
  plans: string[];
  scopes: Array<{ name: string; description?: string }>;
  access_roles: Array<{ name: string; title?: string; methods: string[] }>;
  headers: Array<{ name: string; required: boolean; values: string[]; methods: string[] }>;
  /** One of each list. */
  media_types: string[][];
  length_required: boolean;
  max_body?: number;
  network: 'anywhere' | 'not_everywhere' | 'internal_only';
  limits: Array<{ name: string; plan?: string; kind: string; says: string; by: string[] }>;
}

/** What `GET …/operations/{operation}/policies` answers, as far as it is shown. */
export interface EffectivePolicies {
  operation: string;
  policies: Array<{
    policy: string;
    kind: string;
    /** `platform`, `tenant T`, `operation S/V/O`, … */
    origin: string;
    mode: { mode: string; until: number | string | null };
    mandatory: boolean;
    replaced_by: string | null;
    says: unknown;
  }>;
}

/** What `GET /api/v1/who-can` answers. */
export interface WhoCan {
  everybody: boolean;
  apps: Array<{
    app: string;
    tenant: string;
    plan?: string | null;
    credentials: string[];
    environments: string[];
  }>;
  /** There are more apps than are listed. */
  more: boolean;
}

/** A subscription that is for one version alone. */
export interface Ending {
  id: string;
  app: string;
  plan: string;
  state: string;
}

/** How the targets of an upstream are (`GET /api/v1/upstreams/{id}/health`). */
export interface UpstreamHealth {
  targets: Array<{
    address: string;
    state?: string;
    healthy?: boolean;
    reason?: string | null;
    since_ms?: number | null;
  }>;
  breaker?: string;
}
