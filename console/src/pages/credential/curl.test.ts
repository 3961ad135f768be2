import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';
import { commandFor, tried } from './curl';

const operation = (name: string, members: Partial<Schemas['Callable']>): Schemas['Callable'] => ({
  service: 's',
  version: 'v1',
  operation: name,
  methods: ['GET'],
  path: `/${name}`,
  credentials: ['key_new'],
  environments: ['production'],
  ...members,
});

const access = (...operations: Array<Schemas['Callable']>) => ({
  app: 'a',
  tenant: 't',
  access_roles: [],
  groups: {},
  operations,
  more: false,
});

test('a new key is tried with what it may do, reading before changing', () => {
  const change = operation('change', { methods: ['POST'] });
  const one = operation('one', { path: '/things/{id}' });
  const all = operation('all', {});
  expect(tried(access(change, one, all), 'key_new', 'production')).toBe(all);
  expect(tried(access(change, one), 'key_new', 'production')).toBe(one);
  expect(tried(access(change), 'key_new', 'production')).toBe(change);
});

test('what another key or another environment may do is no example', () => {
  const other = operation('other', { credentials: ['key_old'] });
  const staging = operation('staging', { environments: ['staging'] });
  expect(tried(access(other, staging), 'key_new', 'production')).toBeUndefined();
});

test('of an app with many keys, an operation that does not name them all will do', () => {
  const many = operation('many', { credentials: Array.from({ length: 10 }, (_, n) => `key_${n}`) });
  expect(tried(access(many), 'key_new', 'production')).toBe(many);
});

test('the command carries the key where the service looks for one', () => {
  const example = {
    method: 'POST',
    path: '/v1/users',
    accepted: { kinds: ['api_key'], headers: ['X-API-Key'], query: ['key'] },
    hosts: [],
    mediaType: 'application/json',
  };
  const gateway = 'https://api.example.com:8443';
  expect(commandFor(example, gateway, 'api_key', { secret: "pst_a'b" })).toBe(
    `curl -X POST https://api.example.com:8443/v1/users -H 'Content-Type: application/json' -H 'X-API-Key: pst_a'\\''b' --data-raw '{}'`,
  );
  const queried = {
    ...example,
    method: 'GET',
    accepted: { kinds: ['api_key'], headers: [], query: ['key'] },
    mediaType: undefined,
  };
  expect(commandFor(queried, gateway, 'api_key', { secret: 'pst_ab' })).toBe(
    `curl -X GET 'https://api.example.com:8443/v1/users?key=pst_ab'`,
  );
});

test('a secret signs in the way that the operation accepts', () => {
  const example = { method: 'GET', path: '/orders', hosts: [], mediaType: undefined };
  const accepted = (kind: string) => ({ kinds: [kind], headers: [], query: [] });
  const has = { secret: 's', keyId: 'till', algorithm: 'hmac-sha256' as const };
  const command = (kind: string) =>
    commandFor({ ...example, accepted: accepted(kind) }, 'https://api.example.com', 'hmac', has);
  expect(command('hmac')).toContain('Authorization: Signature keyId=');
  expect(command('signature')).toContain('Signature-Input: sig1=');
});
