import { expect, test } from 'vitest';
import { merged, patchOf } from './patch';

test('a patch says what changed, what came and what is gone, and nothing else', () => {
  const before = {
    id: 'a',
    title: 'Old',
    scopes: ['x'],
    restricted_to: { methods: ['GET'], services: ['s'] },
  };
  const after = { id: 'a', title: 'New', scopes: ['x'], reason: 'why', restricted_to: { methods: ['POST'] } };
  const patch = patchOf(before, after);
  expect(patch).toEqual({
    title: 'New',
    reason: 'why',
    restricted_to: { methods: ['POST'], services: null },
  });
  expect(merged(before, patch)).toEqual(after);
});

test('a member that is undefined is gone, and one that was never there is no change', () => {
  expect(patchOf({ title: 'x' }, { title: undefined, scopes: undefined })).toEqual({ title: null });
  expect(patchOf({ a: [1] }, { a: [1] })).toEqual({});
});

test('a patch goes onto what somebody else made meanwhile', () => {
  const theirs = { title: 'Theirs', restricted_to: { addresses: ['10.0.0.0/8'] } };
  const mine = { title: 'Mine', restricted_to: { methods: ['GET'] }, expires_at: null };
  expect(merged(theirs, mine)).toEqual({
    title: 'Mine',
    restricted_to: { addresses: ['10.0.0.0/8'], methods: ['GET'] },
  });
});
