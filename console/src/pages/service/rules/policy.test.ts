import { expect, test } from 'vitest';
import { patchOf } from '../../../parts/patch';
import { finished, isWhole, listOf, nameFor, onOf, placeOf, placesOf } from './policy';

test('a place is written and read back', () => {
  const service = { id: 'orders', versions: { v1: { operations: { list: {} } } } };
  expect(placesOf(service)).toEqual(['', 'v1', 'v1/list']);
  for (const place of placesOf(service)) expect(placeOf(onOf('orders', place))).toBe(place);
  expect(onOf('orders', '')).toEqual({ service: 'orders' });
});

test('a new rule has a name of its own', () => {
  expect(nameFor('orders', 'cors', [])).toBe('orders.cors');
  expect(nameFor('orders', 'cors', ['orders.cors', 'orders.cors-2'])).toBe('orders.cors-3');
});

test('what was left empty is not sent, and what was not touched stays as it is', () => {
  const said = { on: { service: 'orders' }, origins: 'https://a.example' as never, max_age: '1h' };
  expect(listOf(said.origins)).toEqual(['https://a.example']);
  expect(patchOf(said, finished(said))).toEqual({});
  const emptied = { ...said, max_age: ' ', headers: [], credentials: false, mode: 'enforce' as const };
  expect(patchOf(said, finished(emptied))).toEqual({ max_age: null });
});

test('a rule says something', () => {
  expect(isWhole('cors', {})).toBe(false);
  expect(isWhole('cors', { origins: ['https://a.example'] })).toBe(true);
  expect(isWhole('network', { deny_countries: ['FR'] })).toBe(true);
  expect(isWhole('network', { allow: [] })).toBe(false);
  expect(isWhole('csrf', {})).toBe(true);
});
