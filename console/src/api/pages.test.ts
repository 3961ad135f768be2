import { expect, test } from 'vitest';
import { pageOf } from './pages';

test('a page on which nothing was found is gone over, the last one is not', async () => {
  const pages: Record<string, { items: string[]; next: string | null }> = {
    begin: { items: [], next: 'b' },
    b: { items: [], next: 'c' },
    c: { items: ['found'], next: 'd' },
    d: { items: [], next: null },
  };
  const asked: string[] = [];
  const ask = async (cursor = 'begin') => {
    asked.push(cursor);
    return pages[cursor] as { items: string[]; next: string | null };
  };
  expect(await pageOf(ask)).toMatchObject({ items: ['found'], next: 'd' });
  expect(asked).toEqual(['begin', 'b', 'c']);
  expect(await pageOf(ask, 'd')).toMatchObject({ items: [], next: null });
});
