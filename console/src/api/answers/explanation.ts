/** What `GET /calls/{id}/explanation`, `POST /questions/can` and `POST /calls/{id}/fixes/{number}` answer. */

/** For whom an explanation is, the widest first. */
export const AUDIENCES = ['operator', 'publisher', 'consumer'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** Everything that one audience may know about a decision. Times are Unix milliseconds. */
export interface Explanation {
  /** The request; none of a made-up one. */
  id?: string;
  at: number;
  audience: Audience;
  /** `allowed`, `refused` or `cannot_tell`; another version may know more. */
  verdict: string;
  asked: Called;
  /** The rules that decided, as they are named: `41 (9f3ac2)`. */
  revision?: string;
  refusal?: Refusal;
  /** What would have refused next. */
  next?: Refusal[];
  /** What could not be told, by stage. */
  not_known?: NotKnown[];
  /** The stages before the refusal. */
  passed?: Passed[];
  limits?: LimitState[];
  /** What the consumer was told. */
  told?: Told;
  /** What can be changed, the smallest first. Each was proved. */
  fixes?: Fix[];
  since?: Since;
  /** What was different when the same call last passed. */
  compared?: Comparison;
  /** What policies in shadow mode would have refused. */
  shadow?: Refusal[];
  /** What passed, as far as the record has it. */
  wire?: Wire;
  notes?: string[];
}

/** What was asked, by whom. */
export interface Called {
  method: string;
  /** The path, or the template of its operation where the path was not kept; never the query. */
  path: string;
  host?: string;
  address?: string;
  /** Where the address comes from: `peer`, `x-forwarded-for[1]`. */
  provenance?: string;
  app?: string;
  credential?: string;
  service?: string;
  version?: string;
  operation?: string;
  /** The service's tenant. */
  tenant?: string;
}

/** One refusal. */
export interface Refusal {
  code: string;
  title: string;
  status: number;
  stage: string;
  /** From 1 to 17. */
  stage_number: number;
  fault: string;
  policy?: string;
  detail: string;
  /** What the caller can do. */
  fix?: string;
  evidence?: Evidence[];
}

/** One thing that was expected or seen, in the unit that the contract gives its name. */
export interface Evidence {
  name: string;
  value: number | string | string[];
  /** The narrowest audience that may read it. */
  audience: Audience;
}

/** Something that could not be told. */
export interface NotKnown {
  stage: string;
  /** The fact that is missing. */
  what: string;
  /** Whether nobody has looked for it, as opposed to: it was not kept. */
  not_looked_at: boolean;
}

/** A stage that the request passed. */
export interface Passed {
  stage: string;
  saw?: string;
  /** Whether it had anything to ask. */
  asked: boolean;
}

/** How a limit stood. */
export interface LimitState {
  name: string;
  used: number;
  of: number;
}

/** What the consumer was told. */
export interface Told {
  code: string;
  disclosure: string;
  detail?: string;
  fix?: string;
}

/** What somebody can change. */
export interface Fix {
  /** From 1. */
  number: number;
  sentence: string;
  commands: string[];
  steps: Step[];
  proof: {
    /** The last stage that was decided. */
    through: string;
    not_checked: string[];
    assumed?: string;
  };
  /** Who else it lets in, by the rules and among the recorded refusals. */
  reach: { sentence: string; refusals: number; pass: number; unknown: number; over: string };
  /** The refusal was right by the rules: this opens what somebody closed on purpose. */
  if_wrong: boolean;
  /** Whether whoever asks may make it; not said by every version. */
  may_apply?: boolean;
}

/** One step of a fix. */
export type Step =
  | { change: { kind: string; id: string; patch: unknown } }
  | { create_key: { app: string; environment: string; scopes?: string[] } }
  | { lift_block: { address: string } };

/** Who changed something, when and why. */
export interface Who {
  /** Empty for whom it is not told. */
  who: string;
  at: number;
  comment: string;
}

/** Since when a request like this is refused. */
export type Since =
  | { kind: 'always'; oldest?: number }
  | {
      kind: 'revision';
      before: number;
      since: number;
      gone?: number[];
      allowed_before?: boolean;
      by: Who;
      requests?: number;
    }
  | {
      kind: 'row';
      row: string;
      id: string;
      sequence: number;
      allowed_before?: boolean;
      by: Who;
      requests?: number;
    }
  /** `at` is Unix time in seconds. */
  | { kind: 'moment'; at: number; what: string };

/** What was different when the same app last called the same operation and passed. */
export interface Comparison {
  id: string;
  at: number;
  differences: Array<{ what: string; then: string | null; now: string | null }>;
}

export type Header = [string, string];

/** How headers were changed on their way. */
export interface Changes {
  removed?: Header[];
  added?: Header[];
  /** Name, what it was, what it became. */
  changed?: Array<[string, string, string]>;
}

/** What passed between the caller, the gateway and the upstream. */
export interface Wire {
  to_upstream?: Changes;
  capture?: {
    request: Message;
    response?: Message;
    got: Changes & { status: number; headers?: Header[] };
  };
}

/** A message that was captured, without what is secret. */
export interface Message {
  headers?: Header[];
  body?: { bytes: number; text?: string; cut?: boolean; left_out?: string };
}

/** The row of the call log, for operators. Of its many members those that the page reads. */
export interface Recorded {
  outcome?: string;
  environment?: string;
  subscription?: string;
  client_request_id?: string;
  trace?: string;
  duration_us?: number;
  /** How many like this it stands for, where a flood was folded. */
  represents?: number;
  detail?: {
    facts?: Facts;
    headers?: { received?: Header[] };
    /** How the upstream's own refusal began. */
    origin?: { status?: number; bytes?: number; cut?: boolean; body?: string };
  };
}

/** What was kept of a refused request. */
export interface Facts {
  authority?: string;
  path?: { Sent?: string | null; Routed?: { template: string } } | string;
  /** There was a query; its text was not kept. */
  query?: boolean;
  tls?: object;
  fields?: Array<{ name: string; value?: string }>;
  has_body?: boolean;
  /** `{Verified: {id}}`, or why it was not. */
  credential?: string | { Verified?: { id: string } };
}

/** The answer about a recorded request. */
export interface Explained {
  found: Explanation;
  record: Recorded | null;
  /** Only its flood was recorded, and this stands for it. */
  folded: boolean;
}

/** Where a request was looked for in vain (`searched` of the 404). */
export interface Searched {
  absent?: {
    at_ms: number | null;
    under_way: boolean;
    days: [string, string] | null;
    unreadable: Array<{ day: string; why: string }>;
    oldest_ms: number | null;
    keep_days: number | null;
    ended?: Array<{ tenant: string; days: number }>;
  };
  /** More than one request begins like this. */
  ambiguous?: string[];
  more?: boolean;
}

/** The answer about a made-up request. */
export interface Answered {
  found: Explanation;
  allowed: boolean;
}

/** What a fix made, or, as a preview, would make. */
export interface Mended {
  fix: Fix;
  /** The lines of a configuration file that its steps come to; of a preview. */
  would?: string[];
  made?: {
    sequence: number;
    /** The new rules, as they are named; none of a change of the directory alone. */
    revision: string | null;
    entries: Array<{ kind: string; id: string; did: string }>;
  };
  /** The key that was made: told this once. */
  key?: string;
}
