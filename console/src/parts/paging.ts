import { useState } from 'react';

/** The cursor of the page that is shown, and the way to the next and back to the first. */
export function usePaging(): {
  cursor: string | undefined;
  /** For {@link DataTable}: what `next` of a page of the API makes of its buttons. */
  buttons: (next: string | null | undefined) => { next?: () => void; first?: () => void };
} {
  const [cursor, setCursor] = useState<string>();
  return {
    cursor,
    buttons: (next) => ({
      next: next ? () => setCursor(next) : undefined,
      first: cursor ? () => setCursor(undefined) : undefined,
    }),
  };
}
