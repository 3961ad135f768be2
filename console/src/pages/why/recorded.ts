import type { Schemas } from '../../api/client';

/** A header's name and value. */
export type Header = [string, string];

/** What is kept of a request beside its columns; of its many members those that the page reads. */
export interface Detail {
  facts?: {
    /** `Host` as it came, with its port. */
    authority?: string;
    path?: { Sent?: string | null } | string;
    /** There was a query; its text was not kept. */
    query?: boolean;
    tls?: object;
    fields?: Array<{ name: string; value?: string }>;
    has_body?: boolean;
  };
  headers?: { received?: Header[] };
  /** How the upstream's own refusal began. */
  origin?: { body?: string };
}

/** What is kept of a request beside its columns: for operators, and nothing for others. */
export function detailOf({ record }: Schemas['ExplainedCall']): Detail {
  return (record?.detail as Detail | undefined) ?? {};
}
