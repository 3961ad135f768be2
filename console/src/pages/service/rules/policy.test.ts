import { expect, test } from 'vitest';
import { nameFor, onOf, parametersOf, placeOf, placesOf, shownPlace } from './policy';

test('a place is written and read back', () => {
  const service = { id: 'orders', versions: { v1: { operations: { list: {} } } } };
  expect(placesOf(service)).toEqual(['', 'v1', 'v1/list']);
  const versions = { v1: { operations: { list: {}, old: {} } }, v2: { operations: { list: {} } } };
  const places = placesOf({ id: 'orders', versions });
  expect(places).toEqual(['', 'v1', 'v1/list', 'v1/old', 'v2', 'v2/list', '/list']);
  for (const place of places) expect(placeOf(onOf('orders', place))).toBe(place);
  expect(onOf('orders', '')).toEqual({ service: 'orders' });
  expect(onOf('orders', '/list')).toEqual({ service: 'orders', operation: 'list' });
  expect(places.map(shownPlace)).toEqual([
    'the whole service',
    'version v1',
    'v1/list',
    'v1/old',
    'version v2',
    'v2/list',
    'list, in every version',
  ]);
});

test('a new rule has a name of its own', () => {
  expect(nameFor('orders', 'cors', [])).toBe('orders.cors');
  expect(nameFor('orders', 'cors', ['orders.cors', 'orders.cors-2'])).toBe('orders.cors-3');
  expect(nameFor('orders', 'step_up', [])).toBe('orders.step-up');
});

test('the parameters of paths are known, each once', () => {
  const one = { upstream: 'x', operations: { a: { path: '/a/{id}/{*rest}' }, b: { path: '/b/{id}' } } };
  expect(parametersOf({ id: 'orders', versions: { v1: one } })).toEqual(['id', 'rest']);
});
