import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '../../api/client';
import { pageOf } from '../../api/pages';
import type { ListDocument } from './entries';

/** A list as tables have it: without its entries, of which there may be thousands. */
export type ListRow = Omit<ListDocument, 'entries'> & { entries_count: number };

/** Lists on a page. */
const LIMIT = 200;

/** A page of lists whose names have a phrase in them. */
export const listRows = (q: string | undefined, cursor: string | undefined) =>
  queryOptions({
    queryKey: ['lists', 'table', q, cursor],
    queryFn: async () => {
      const page = await pageOf((cursor) => {
        const query = { limit: LIMIT, cursor, q, without: 'entries' };
        return answer(api.GET('/api/v1/lists', { params: { query } }));
      }, cursor);
      // The document's type knows no members that were asked to be left out.
      return page as unknown as { items: ListRow[]; next: string | null };
    },
  });

/** The row of a list that was read whole. */
export function rowOf({ entries, ...list }: ListDocument): ListRow {
  return { ...list, entries_count: entries.length };
}
