import type { Plan } from './revisions';

/** How a change request stands. */
export type ChangeRequestState = 'open' | 'applied' | 'rejected' | 'withdrawn' | 'expired';

/** A change request as it is listed. */
export interface ChangeRequest {
  id: string;
  state: ChangeRequestState;
  /** The tenant that decides; none: the platform. */
  tenant: string | null;
  comment: string;
  proposed_by: string;
  proposed_at: string;
  expires_at: string;
  adds: number;
  changes: number;
  removes: number;
  decided_by: string | null;
  decided_at: string | null;
  decision: string | null;
  /** Whether whoever proposed it has decided alone. */
  forced: boolean;
  /** The change set that applied it. */
  applied_as: number | null;
  /** What somebody has changed since it was proposed: "list `build-servers`". */
  moved: string[];
}

/** `GET /change-requests` */
export interface ChangeRequestsPage {
  change_requests: ChangeRequest[];
  more: boolean;
}

/** `GET /change-requests/{id}` */
export interface ChangeRequestShown extends ChangeRequest {
  plan: Plan;
  /** Documents that are new, as lines of a configuration file. */
  added: string[];
}
