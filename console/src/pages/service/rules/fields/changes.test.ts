import { expect, test } from 'vitest';
import { changesOf, isOverruled, rowsOf } from './changes';

test('changes are read as rows, and written back', () => {
  const changes = { remove: ['X-Old'], rename: { 'X-A': 'X-B' }, set: { 'X-C': '1' }, add: { 'X-D': '2' } };
  expect(changesOf(rowsOf(changes))).toEqual(changes);
  expect(rowsOf({ remove: 'X-Old' })).toEqual([{ how: 'remove', name: 'X-Old', to: '' }]);
  expect(rowsOf(undefined)).toEqual([]);
});

test('the last of two that do the same counts', () => {
  const rows = [
    { how: 'set' as const, name: 'X-A', to: '1' },
    { how: 'set' as const, name: 'X-A', to: '2' },
  ];
  expect(changesOf(rows)).toEqual({ set: { 'X-A': '2' } });
  expect([0, 1].map((at) => isOverruled(rows, at))).toEqual([true, false]);
});
