import type { Schemas } from '../client';

/** One row of the call log: a request, or, folded, many that are alike. */
export type Call = Schemas['CallRow'];

/** One page of requests, newest first. */
export type Calls = Schemas['CallsPage'];

/** Refusals, counted. */
export type Denials = Schemas['DenialCounts'];
