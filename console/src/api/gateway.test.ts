import { expect, test } from 'vitest';
import { addressOf } from './gateway';

const listener = (address: string, tls = false) =>
  ({ id: 'main', address, ...(tls ? { tls: {} } : {}) }) as Parameters<typeof addressOf>[0];

test('the address of the gateway comes from its listener and the environment’s host', () => {
  expect(addressOf(listener('0.0.0.0:8443', true), 'api.example.com', 'here')).toEqual({
    url: 'https://api.example.com:8443',
    guessed: false,
  });
  expect(addressOf(listener('[::]:443', true), undefined, 'console.example.com').url).toBe(
    'https://console.example.com',
  );
  expect(addressOf(listener('10.1.2.3:80'), undefined, 'here').url).toBe('http://10.1.2.3');
});

test('what is not declared is the usual port where the console is, and said to be a guess', () => {
  expect(addressOf(undefined, undefined, '127.0.0.1')).toEqual({
    url: 'http://127.0.0.1:8080',
    guessed: true,
  });
  expect(addressOf(undefined, 'staging.localhost', 'x').url).toBe('http://staging.localhost:8080');
});
