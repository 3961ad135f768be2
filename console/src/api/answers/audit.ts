/** A line of the audit trail. */
export interface AuditLine {
  /** The change set. */
  sequence: number;
  /** The entry in it. */
  ordinal: number;
  at_ms: number;
  who: string;
  /** `user`, `service_account`, `local`, `system`. */
  actor: string;
  /** The address that they came from; none from the machine itself. */
  from: string | null;
  /** Why, in their words. */
  comment: string;
  /** How it came in: `api`, `socket`, `sign_in`, `rollback`, … */
  source: string;
  /** The revision that it made. */
  revision: number | null;
  /** `added`, `changed`, `removed`, the name of an event, or `forgotten`. */
  did: string;
  kind: string | null;
  id: string | null;
  /** The tenant that an event concerns. */
  tenant?: string;
  before: unknown;
  after: unknown;
  /** The change set's hash. */
  hash: string;
}

/** `GET /audit` */
export interface AuditPage {
  lines: AuditLine[];
  /** The place to give as `before` for the next page. */
  next: string | null;
}

/** `GET /audit/verification` */
export interface AuditVerified {
  intact: boolean;
  /** What is wrong first. */
  fault: string | null;
  /** The newest change set that was reached, and its hash. */
  sequence: number;
  hash: string;
  /** Change sets that were looked at, and changes that were compared with them. */
  sets: number;
  changes: number;
  /** Up to this change set, the content of changes may be gone by retention. */
  forgotten: number;
}
