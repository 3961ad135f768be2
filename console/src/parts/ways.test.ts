import { expect, test } from 'vitest';
import { curlOf } from './curl';
import { waysOf } from './ways';

const BARE = { method: 'GET', url: 'https://api.example.com/orders', headers: [] };

test('each kind is asked for, in order, and shown as a request', () => {
  const accepted = { kinds: ['jwt', 'api_key'], headers: ['X-API-Key', 'X-Old'], query: [] };
  const ways = waysOf(accepted, 'orders', BARE);
  expect(ways.map(({ kind }) => kind)).toEqual(['jwt', 'api_key']);
  expect(ways.flatMap(({ challenges }) => challenges)).toEqual([
    'Bearer realm="orders"',
    'ApiKey realm="orders", header="x-api-key"',
    'ApiKey realm="orders", header="x-old"',
  ]);
  expect(ways.map(({ sent }) => curlOf(sent))).toEqual([
    "curl -X GET https://api.example.com/orders -H 'Authorization: Bearer YOUR-TOKEN'",
    "curl -X GET https://api.example.com/orders -H 'X-API-Key: YOUR-KEY'",
  ]);
});

test('a key that stands in the query alone is shown there, and asked for in no header', () => {
  const [way] = waysOf({ kinds: ['api_key'], headers: [], query: ['key'] }, 'orders', BARE);
  expect(way?.sent.url).toBe('https://api.example.com/orders?key=YOUR-KEY');
  expect(way?.challenges).toEqual([]);
});

test('a kind that is not known yet has its name', () => {
  const [way] = waysOf({ kinds: ['later'], headers: [], query: [] }, 'orders', BARE);
  expect(way).toMatchObject({ name: 'later', challenges: [] });
});

test('tokens that are bound to a key are asked for besides, or alone', () => {
  const accepted = { kinds: ['jwt'], headers: [], query: [], metadata: 'https://api.example.com/m' };
  const proved =
    'DPoP realm="orders", resource_metadata="https://api.example.com/m", algs="ES256 ES384 ES512 EdDSA PS256 PS384 PS512 RS256 RS384 RS512"';
  const optional = waysOf({ ...accepted, dpop: 'optional' }, 'orders', BARE);
  expect(optional.flatMap(({ challenges }) => challenges)).toEqual([
    'Bearer realm="orders", resource_metadata="https://api.example.com/m"',
    proved,
  ]);
  expect(optional.length).toBe(2);
  const required = waysOf({ ...accepted, dpop: 'required' }, 'orders', BARE);
  expect(required.map(({ challenges }) => challenges)).toEqual([[proved]]);
  expect(curlOf(required[0]?.sent ?? BARE)).toContain('Authorization: DPoP $TOKEN');
});
