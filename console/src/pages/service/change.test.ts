import { expect, test } from 'vitest';
import { places, placesOf, sides } from './change';

test('a conflict is shown at the places that a patch changes, and nowhere else', () => {
  const patch = { title: 'Mine', versions: { v1: { scopes: ['a'], gone: null } } };
  expect(placesOf(patch).map(([path]) => path.join('.'))).toEqual([
    'title',
    'versions.v1.scopes',
    'versions.v1.gone',
  ]);
  const now = { title: 'Theirs', contact: 'somebody', versions: { v1: { scopes: ['b'] } } };
  expect(sides(patch, now)).toEqual([
    { title: 'Mine', 'versions.v1.scopes': ['a'], 'versions.v1.gone': null },
    { title: 'Theirs', 'versions.v1.scopes': ['b'], 'versions.v1.gone': null },
  ]);
});

test('a document is compared by its places, its own version aside', () => {
  const document = { id: 'a', version: 7, versions: { v1: { state: 'draft', scopes: ['a'] } } };
  expect(places(document)).toEqual({
    id: 'a',
    'versions.v1.state': 'draft',
    'versions.v1.scopes': ['a'],
  });
});
