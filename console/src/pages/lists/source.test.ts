import { expect, test } from 'vitest';
import { finishedSource, originOf, type Sourced, saysWhere, sourceAt, stateOf } from './source';

test('a list from elsewhere stands somewhere between current and never read', () => {
  const of = (members: Partial<Sourced>) =>
    stateOf({ list: 'a', source: 'https://a', stale: false, ...members });
  expect(of({})).toBe('waiting');
  expect(of({ error: 'refused' })).toBe('never');
  expect(of({ ranges: 0 })).toBe('current');
  expect(of({ ranges: 2, error: 'refused' })).toBe('kept');
  expect(of({ ranges: 2, error: 'refused', stale: true })).toBe('stale');
});

test('entries are written here, or come from one place', () => {
  expect(originOf(undefined)).toBe('entries');
  const url = { ...sourceAt('url', undefined), url: ' https://a ', refresh: '2h' };
  expect([originOf(url), saysWhere(url)]).toEqual(['url', true]);
  expect(finishedSource(url)).toEqual({ url: 'https://a', refresh: '2h' });
  const file = sourceAt('file', url) ?? {};
  expect([originOf(file), saysWhere(file)]).toEqual(['file', false]);
  expect(JSON.parse(JSON.stringify(finishedSource({ ...file, file: '/a' })))).toEqual({ file: '/a' });
  expect(sourceAt('entries', url)).toBeUndefined();
});
