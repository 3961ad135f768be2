import { expect, test } from 'vitest';
import { closed } from './egress';

test('loopback and private addresses have to be allowed, however they are written', () => {
  expect(closed('http://127.0.0.1:3000', [])).toEqual(['127.0.0.1']);
  expect(closed('https://[FD00::0:1]:443/', [])).toEqual(['fd00::1']);
  expect(closed('[::ffff:10.1.2.3]', [])).toEqual(['10.1.2.3']);
  expect(closed('localhost:3000', [])).toEqual(['127.0.0.1', '::1']);
  expect(closed('http://172.31.0.1', [])).toEqual(['172.31.0.1']);
});

test('names, public addresses, and what is never to be allowed are not asked about', () => {
  for (const address of ['orders.example.com', '172.32.0.1', '169.254.169.254', 'builtin:echo', '']) {
    expect(closed(address, []), address).toEqual([]);
  }
});

test('what the platform allows already is not asked about again', () => {
  expect(closed('10.1.2.3', ['10.0.0.0/8'])).toEqual([]);
  expect(closed('localhost', ['127.0.0.1/32'])).toEqual(['::1']);
  expect(closed('10.1.2.3', ['10.1.2.4'])).toEqual(['10.1.2.3']);
});
