/** A page of a list, and after what the next one begins. */
interface Page {
  items: unknown[];
  next?: string | null;
}

/**
 * The next page that has something on it, or the last. A search looks at some thousands of things at a time, and
 * may find nothing among them although there is more.
 */
export async function pageOf<P extends Page>(
  ask: (cursor: string | undefined) => Promise<P>,
  cursor?: string,
): Promise<P> {
  let page = await ask(cursor);
  while (page.items.length === 0 && page.next) page = await ask(page.next);
  return page;
}
