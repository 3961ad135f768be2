import { queryOptions } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../../api/client';
import { type Range, range, same, written } from '../../parts/addresses';
import { texts } from '../../texts';
import { lasting } from './entries';
import type { ListRow } from './rows';

const words = texts.lists.address;

/** The lists that have an address: of each the narrowest entry. */
export const listedQuery = (address: Range) =>
  queryOptions({
    queryKey: ['lists', 'address', written(address)],
    queryFn: async () => {
      const path = { address: written(address) };
      const known = await answer(api.GET('/api/v1/addresses/{address}', { params: { path } }));
      return new Map(known.lists.map((one) => [one.list, one]));
    },
  });

/** Whether an address is on a list, as it is told, and whether adding it changes anything. */
export function standingOf(
  list: ListRow,
  address: Range,
  listed: Schemas['ListedAddress'] | undefined,
  now: number,
): { told: string; open: boolean } {
  if (lasting(list.expires_at, now) === 'over') return { told: words.listOver, open: false };
  const held = listed && range(listed.range);
  if (!listed || !held) return { told: words.not, open: true };
  if (listed.over) return { told: words.wasThere(written(held)), open: true };
  return {
    told: same(held, address) ? words.there(written(held)) : words.within(written(held)),
    open: false,
  };
}
