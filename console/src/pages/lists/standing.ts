import { type Range, same } from '../../parts/addresses';
import { texts } from '../../texts';
import { entryOf, holder, type ListDocument, lasting } from './entries';

const words = texts.lists.address;

/** Whether an address is on a list, as it is told, and whether adding it changes anything. */
export function standingOf(list: ListDocument, address: Range, now: number): { told: string; open: boolean } {
  if (lasting(list.expires_at, now) === 'over') return { told: words.listOver, open: false };
  const entry = holder(list.entries.map(entryOf), address, now);
  if (!entry?.range) return { told: words.not, open: true };
  if (lasting(entry.expires_at, now) === 'over') return { told: words.wasThere(entry.text), open: true };
  const told = same(entry.range, address) ? words.there(entry.text) : words.within(entry.text);
  return { told, open: false };
}
