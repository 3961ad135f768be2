/** How the gateway fares (`GET /readyz`). */
export interface Ready {
  ready: boolean;
  reasons: string[];
  /** `current`, `missing`, or `stale: ` and why. */
  configuration: string;
  database: string | null;
  call_log: string[];
}
