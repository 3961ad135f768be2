import { expect, test } from 'vitest';
import { changesOf } from './difference';

const lines = (before: unknown, after: unknown) =>
  changesOf(before, after).map((one) => `${one.did} ${one.path} ${one.before ?? '–'} → ${one.after ?? '–'}`);

test('each member is told by its path', () => {
  const before = { limits: { app: { rate: 100, per: '1s' } }, title: 'Old' };
  const after = { limits: { app: { rate: 200, per: '1s' }, all: { rate: 1 } } };
  expect(lines(before, after)).toEqual([
    'changed limits.app.rate 100 → 200',
    'added limits.all – → {"rate":1}',
    'removed title Old → –',
  ]);
});

test('a document that is new or gone is told member by member', () => {
  expect(lines(null, { a: 1 })).toEqual(['added a – → 1']);
  expect(lines({ a: null }, undefined)).toEqual(['removed a null → –']);
});

test('of lists it is told what came, went, and says something else under the same name', () => {
  const before = { entries: ['1.1.1.1', { range: '10.0.0.0/8', comment: 'a' }, 3, 3] };
  const after = { entries: [{ comment: 'b', range: '10.0.0.0/8' }, '2.2.2.2', 3] };
  expect(lines(before, after)).toEqual([
    'removed entries[] 1.1.1.1 → –',
    'changed entries[10.0.0.0/8].comment a → b',
    'removed entries[] 3 → –',
    'added entries[] – → 2.2.2.2',
  ]);
});

test('the order of members is nothing, and that of lists is', () => {
  expect(lines({ l: [{ x: 1, z: 2 }], a: 1 }, { a: 1, l: [{ z: 2, x: 1 }] })).toEqual([]);
  expect(lines({ l: [1, 2] }, { l: [2, 1] })).toEqual(['changed l [1,2] → [2,1]']);
});

test('a member of another type is one change', () => {
  expect(lines({ a: [1] }, { a: { b: 1 } })).toEqual(['changed a [1] → {"b":1}']);
});
