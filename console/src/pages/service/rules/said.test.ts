import { expect, test } from 'vitest';
import type { Policy } from './document';
import { said } from './said';

const rule = (members: Partial<Policy>): Policy =>
  ({ id: 'a', on: { service: 'orders' }, ...members }) as Policy;

test('rules are told in few words', () => {
  expect(said(rule({ kind: 'quota', quota: 100000, per: 'month', by: 'app' }))).toBe(
    '100,000 each month, for each app',
  );
  expect(said(rule({ kind: 'rate', rate: 20, per: '1s', by: ['app', 'header'] }))).toBe(
    '20 in 1s, for each app and value of a header',
  );
  const time = { days: 'mon-fri', between: '08:00-18:00', zone: 'Europe/Berlin' };
  expect(said(rule({ kind: 'conditions', when: { methods: ['POST'] }, require: { time } }))).toBe(
    'For requests with Methods: POST, asks for mon-fri 08:00-18:00 (Europe/Berlin)',
  );
  expect(said(rule({ kind: 'mask', hide: [{ at: '/name' }, { value: 'card' }] }))).toBe(
    'Hides /name, card numbers',
  );
  expect(said(rule({ kind: 'network', allow: ['office'] }))).toBe('allow: office');
});
