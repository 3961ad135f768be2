import { expect, test } from 'vitest';
import { breaks } from './breaking';
import { placesOf, sides } from './change';

test('what narrows an operation breaks its callers, what widens it does not', () => {
  const base = { path: '/things/{id}' };
  const of = (member: string, before: object, after: object) =>
    breaks(member, { ...base, ...before }, { ...base, ...after });
  expect(of('path', {}, { path: '/things/{thing}' })).toBe(false);
  expect(of('path', {}, { path: '/things/{*thing}' })).toBe(true);
  expect(of('methods', { methods: ['GET'] }, { methods: ['GET', 'POST'] })).toBe(false);
  expect(of('methods', { methods: ['GET', 'POST'] }, { methods: ['GET'] })).toBe(true);
  expect(of('methods', {}, { methods: ['GET'] })).toBe(true);
  expect(of('methods', { methods: ['GET'] }, {})).toBe(false);
  expect(of('scopes', { scopes: ['a', 'b'] }, { scopes: ['a'] })).toBe(false);
  expect(of('scopes', {}, { scopes: ['a'] })).toBe(true);
  expect(of('access_roles', { access_roles: ['a'] }, { access_roles: ['a', 'b'] })).toBe(false);
  expect(of('access_roles', { access_roles: [] }, { access_roles: ['a'] })).toBe(true);
  expect(of('access_roles', { access_roles: ['a'] }, { access_roles: [] })).toBe(false);
  expect(of('anonymous', { anonymous: true }, {})).toBe(true);
  expect(of('title', { title: 'A' }, { title: 'B' })).toBe(false);
});

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
