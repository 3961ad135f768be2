import { expect, test } from 'vitest';
import type { Service } from '../documents';
import {
  acceptedBy,
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

test('signatures, passwords and certificates say what is not as usual, and no more', () => {
  const before = service({});
  const signed = choosing(choosing(draftOf(before), 'signature', true), 'basic', true);
  expect(patchOf(signed, before)).toEqual({ authentication: { api_key: {}, signature: {}, basic: {} } });
  const draft = saying(signed, { signature: { nonce: 'required', components: ['@method', 'x-till'] } });
  expect(acceptedBy(draft)).toMatchObject({
    kinds: ['api_key', 'signature', 'basic'],
    signature: { components: ['@method', 'x-till'], nonce: true, digest: true },
  });
  const hmac = saying(choosing(signed, 'hmac', true), { hmac: { digest: 'optional' } });
  expect(acceptedBy(hmac).hmac).toEqual({
    components: ['@method', '@path', '@query', 'host'],
    nonce: false,
    digest: false,
  });
});

test('certificates are a way in where some are trusted, and stay trusted where they were before', () => {
  const before = service({});
  const chosen = choosing(draftOf(before), 'mtls', true);
  expect(isWhole(chosen)).toBe(false);
  const trusting = { ...chosen, trusted: { ...chosen.trusted, authorities: '/tls/ca.crt' } };
  expect(isWhole(trusting)).toBe(true);
  expect(patchOf(trusting, before)).toEqual({
    authentication: { api_key: {}, mtls: {} },
    client_certificate: { authorities: '/tls/ca.crt', required: false },
  });
  expect(patchOf(choosing(chosen, 'mtls', false), before)).toEqual({});
  const required = { ...before, client_certificate: { authorities: '/tls/ca.crt' } } as Service;
  const both = choosing(draftOf(required), 'mtls', true);
  expect(patchOf(both, required)).toEqual({ authentication: { api_key: {}, mtls: {} } });
  expect(patchOf(choosing(both, 'mtls', false), required)).toEqual({});
  expect(patchOf({ ...draftOf(required), trusted: { authorities: '' } }, required)).toEqual({
    client_certificate: null,
  });
});
