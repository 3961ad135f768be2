import { expect, test } from 'vitest';
import { isOf, prefixes } from './templates';

test.each([
  ['/users/42', '/users/{id}', true],
  ['/users/42', '/users/42', true],
  ['/users/42/orders', '/users/{id}/orders', true],
  ['/users/42/orders', '/users/{id}', false],
  ['/users', '/users/{id}', false],
  ['/users/', '/users/{id}', false],
  ['/files/a/b/c', '/files/{*rest}', true],
  ['/shops/42', '/users/{id}', false],
])('%s of %s: %s', (path, template, is) => {
  expect(isOf(path, template)).toBe(is);
});

test.each([
  ['/v1/users', ['/v1/users', '/v1/']],
  ['/v1/users/42', ['/v1/users/', '/v1/']],
  ['/v1/users/42/orders/7', ['/v1/users/', '/v1/']],
  ['/v1/users/lin', ['/v1/users/lin', '/v1/users/']],
  ['/users', ['/users']],
  ['/', ['/']],
])('%s is asked for as %j', (path, asked) => {
  expect(prefixes(path)).toEqual(asked);
});
