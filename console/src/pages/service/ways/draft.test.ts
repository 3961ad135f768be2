import { expect, test } from 'vitest';
import type { Service } from '../documents';
import {
  acceptedIn,
  accepting,
  choosing,
  draftOf,
  isWhole,
  membersOf,
  patchOf,
  type WaysDraft,
  waysOfOperation,
} from './draft';

const service = (authentication?: object) =>
  ({ id: 'orders', versions: {}, authentication }) as unknown as Service;

const saying = (draft: WaysDraft, said: object): WaysDraft => ({
  open: false,
  said: { ...draft.said, ...said },
});

test('a form that changed nothing sends nothing', () => {
  const all = [undefined, {}, { api_key: { header: 'K', query: ['k'] } }, { jwt: { issuers: ['a'] } }];
  for (const said of all) expect(patchOf(draftOf(service(said)), service(said))).toEqual({});
});

test('an open service is closed, and a closed one opened', () => {
  const open = service();
  expect(patchOf(choosing({ open: false, said: {} }, 'api_key', true), open)).toEqual({
    authentication: { api_key: {} },
  });
  expect(patchOf({ ...draftOf(service({})), open: true }, service({}))).toEqual({ authentication: null });
});

test('what is not accepted any more goes, and what others say of it stays', () => {
  const both = service({ api_key: { header: 'K' }, jwt: { issuers: ['a'] }, forward_credential: true });
  expect(patchOf(choosing(draftOf(both), 'api_key', false), both)).toEqual({
    authentication: { api_key: null },
  });
  expect(patchOf(saying(draftOf(both), { forward_credential: false }), both)).toEqual({
    authentication: { forward_credential: null },
  });
  expect(patchOf(saying(draftOf(both), { api_key: { header: 'K', query: [] } }), both)).toEqual({});
  expect(patchOf(saying(draftOf(both), { subscription: false }), both)).toEqual({
    authentication: { subscription: false },
  });
});

test('a service accepts an issuer’s tokens besides what it accepts', () => {
  // One that said nothing accepted keys: it has to say so now.
  expect(accepting(service({}), 'a')).toEqual({
    authentication: { api_key: {}, jwt: { issuers: ['a'] } },
  });
  expect(accepting(service({ jwt: { issuers: ['b'] } }), 'a')).toEqual({
    authentication: { jwt: { issuers: ['b', 'a'] } },
  });
  expect(accepting(service(), 'a')).toEqual({ authentication: { jwt: { issuers: ['a'] } } });
});

test('a kind that this console has no fields for is kept, and is one', () => {
  const later = service({ later: { some: 'thing' } });
  expect(patchOf(draftOf(later), later)).toEqual({});
  expect(acceptedIn(later, { as: 'service' }).kinds).toEqual(['later']);
  expect(accepting(later, 'a')).toEqual({ authentication: { jwt: { issuers: ['a'] } } });
});

test('a draft says all that it takes', () => {
  const draft = draftOf(service({}));
  expect(isWhole(draft)).toBe(true);
  expect(isWhole(choosing(draft, 'api_key', false))).toBe(false);
  expect(isWhole(saying(draft, { api_key: { header: [] } }))).toBe(false);
  expect(isWhole(choosing(draft, 'jwt', true))).toBe(false);
  expect(isWhole(saying(draft, { jwt: { issuers: ['a'] } }))).toBe(true);
});

test('an operation chooses among what its service accepts, and may ask for nothing', () => {
  const both = service({ api_key: {}, jwt: { issuers: ['a'] } });
  const own = waysOfOperation({ path: '/', accepts: ['jwt', 'anonymous'] } as never);
  expect(acceptedIn(both, own)).toEqual({ kinds: ['jwt'], headers: [], query: [], optional: true });
  expect(membersOf(own)).toEqual({ accepts: ['jwt', 'anonymous'], anonymous: null });
  expect(membersOf({ as: 'optional' })).toEqual({ accepts: null, anonymous: true });
  expect(acceptedIn(both, { as: 'service' }).kinds).toEqual(['api_key', 'jwt']);
});
