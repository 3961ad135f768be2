/** One difference between two documents. */
export interface Difference {
  /** Where: `limits.per-app.rate`; of a list that gained or lost something, `entries[]`. */
  path: string;
  /** What stands there before, cut after 120 characters; none if nothing does. */
  before: string | null;
  /** What stands there after; none if nothing does. */
  after: string | null;
}

/** One document that changes. */
export interface Planned {
  does: 'add' | 'change' | 'remove';
  kind: string;
  id: string;
  /** The version that it has now: what the change is made of. */
  version: number | null;
  differences?: Difference[];
  /** How much more changes in it than is listed. */
  more: number;
}

/** What changes, in the order in which people read it. */
export interface Plan {
  changes: Planned[];
  /** How many documents stay as they are. */
  same: number;
  /** What else one should know. */
  notes?: string[];
}

/** One revision of the rules. */
export interface Revision {
  number: number;
  /** Number and content hash: `2 (1bb3f3)`. */
  name: string;
  in_force: boolean;
  sequence: number;
  at_ms: number;
  who: string;
  comment: string;
  /** How it came in: `api`, `rollback`, … */
  source: string;
}

/** `GET /revisions` */
export interface RevisionsPage {
  revisions: Revision[];
  more: boolean;
}

/** `GET /revisions/{number}`: without a plan where the revision before it is no longer kept. */
export interface RevisionShown extends Revision {
  plan?: Plan;
}

/** `GET /revision-difference` */
export interface RevisionDifference {
  from: number;
  to: number;
  plan: Plan;
}

/** `POST /revisions/{number}/rollback` with `preview`. */
export interface RollbackPreview {
  plan: Plan;
  /** Why it would be refused; null if it would not be. */
  refused: { code: string; message: string; help?: string } | null;
}

/** What a change that was made says of itself. */
export interface Made {
  sequence: number | null;
  /** The name of the revision that it made, `64 (fe5fcc)`; none if the rules stay the same. */
  revision: string | null;
}
