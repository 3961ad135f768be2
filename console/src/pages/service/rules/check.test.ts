import { expect, test } from 'vitest';
import { faultsOf } from './check';
import { BEGINNINGS, type Draft } from './document';
import { KINDS, type Kind } from './kinds';

/** Where something is wrong. */
const wrong = (kind: Kind, draft: Draft) => Object.keys(faultsOf(kind, draft));

test('a rule of each kind has to say something', () => {
  const whole: Kind[] = ['csrf', 'contract', 'abuse'];
  for (const kind of KINDS) {
    const found = wrong(kind, { ...BEGINNINGS[kind], ...(kind === 'abuse' ? { codes: ['body'] } : {}) });
    expect(found.length > 0, kind).toBe(!whole.includes(kind));
  }
});

test('rules that say enough are sent', () => {
  const right: Array<[Kind, Draft]> = [
    ['cors', { origins: ['https://a.example'] }],
    ['network', { deny_countries: ['FR'] }],
    ['conditions', { require: { time: { between: '08:00-18:00', zone: 'Europe/Berlin' } } }],
    ['conditions', { when: { methods: ['POST'] }, require: { headers: { 'X-Reason': '*' } } }],
    ['ownership', { resource: { query: 'account' }, owner: { claim: 'account' } }],
    ['step_up', { max_age: '15m' }],
    ['cedar', { policies: 'permit (principal, action, resource);' }],
    ['external', { decider: { protocol: 'opa', url: 'http://127.0.0.1:8181/v1/data/a' } }],
    ['quota', { quota: 10, per: 'month', by: 'app' }],
    ['rate', { rate: 10, per: '1m30s', by: ['app', 'header'], header: 'X-Region' }],
    ['headers', { sniff: true }],
    ['body', { max_size: 1024 }],
    ['mask', { hide: [{ at: '/name' }, { value: 'card' }, { matching: 'x+' }] }],
    ['transform', { request: { headers: { set: { 'X-A': '' } } } }],
    ['transform', { response: { body: [{ move: '/a', to: '/b' }] } }],
  ];
  for (const [kind, draft] of right) expect(faultsOf(kind, draft), kind).toEqual({});
});

test('what is plainly wrong is named at its place, as the API would', () => {
  const time = { between: '08:00-', days: 'mon-fri', zone: '' };
  const require = {
    time,
    headers: { 'X Bad': '*', 'X-Good': [] },
    body: { currency: 'USD' },
    max_size: 'big',
  };
  expect(
    wrong('conditions', { require: { ...require, countries: ['Germany'] }, when: { groups: [] } }),
  ).toEqual([
    '/when/groups',
    '/require/time/zone',
    '/require/time/between',
    '/require/headers/X Bad',
    '/require/headers/X-Good',
    '/require/body/currency',
    '/require/max_size',
    '/require/countries/0',
  ]);
  // Nothing said of which requests would be all of them.
  expect(wrong('step_up', { when: {}, max_age: '15m' })).toEqual(['/when']);
  expect(wrong('quota', { quota: 5, per: 'fortnight', by: ['app', 'header'] })).toEqual(['/per', '/header']);
  expect(wrong('mask', { hide: [{ at: 'person' }, { matching: '' }] })).toEqual([
    '/hide/0/at',
    '/hide/1/matching',
  ]);
  const request = {
    headers: { rename: { 'X-A': '' }, set: { '': 'b' } },
    body: [{ rename: '/a' }, { set: 'x' }],
  };
  expect(wrong('transform', { request })).toEqual([
    '/request/headers/rename/X-A',
    '/request/headers/set/',
    '/request/body/0/to',
    '/request/body/1/set',
  ]);
  expect(wrong('external', { decider: { url: 'ftp://x', timeout: 'soon' } })).toEqual([
    '/decider/url',
    '/decider/timeout',
  ]);
});
