import { expect, test } from 'vitest';
import { patchOf } from '../../parts/patch';
import { finished, isWhole, keysKindOf, withKeysAt } from './draft';

const LOGIN = { issuer: 'https://login.example.com', audiences: ['api'] };

test('keys are in one place, and what is said of the others goes', () => {
  expect(keysKindOf(LOGIN)).toBe('discovery');
  const url = { ...LOGIN, ...withKeysAt('url') };
  expect([keysKindOf(url), isWhole(url)]).toEqual(['url', false]);
  const at = { ...url, keys_url: ' https://login.example.com/keys ' };
  expect(isWhole(at)).toBe(true);
  expect(patchOf(LOGIN, finished(at))).toEqual({ keys_url: 'https://login.example.com/keys' });
  const file = { ...at, refresh: '5m', ...withKeysAt('file'), keys_file: '/keys.json' };
  expect(patchOf(at, finished(file))).toEqual({ keys_url: null, keys_file: '/keys.json' });
});

test('what was left empty is not sent, and a form that changed nothing sends nothing', () => {
  const empty = { ...LOGIN, title: ' ', leeway: '', algorithms: [], claims: { user: [] } };
  expect(JSON.parse(JSON.stringify(finished(empty)))).toEqual(LOGIN);
  const said = { ...LOGIN, claims: { client: ['azp'], scopes: [] }, keep: '2d' };
  expect(patchOf(said, finished(said))).toEqual({});
});
