import { expect, test } from 'vitest';
import { addressOf } from './gateway';

const told = (listener = 'https://203.0.113.5:8443') => ({
  urls: [
    { environment: 'production', url: listener, hosts: [] },
    { environment: 'staging', url: 'https://staging.example.com:8443', hosts: ['staging.example.com'] },
    { environment: 'trial', url: null, hosts: ['*.trial.example.com'] },
  ],
  listeners: [listener],
});

test('a service that has every host is called at the address of the environment', () => {
  expect(addressOf(told(), 'production', [])).toBe('https://203.0.113.5:8443');
  expect(addressOf(told(), 'staging', [])).toBe('https://staging.example.com:8443');
});

test('a service with hosts of its own is called at the one that is in the environment', () => {
  const hosts = ['a.trial.example.com', 'api.example.com', 'staging.example.com'];
  expect(addressOf(told(), 'production', hosts)).toBe('https://api.example.com:8443');
  expect(addressOf(told(), 'staging', hosts)).toBe('https://staging.example.com:8443');
  expect(addressOf(told(), 'trial', hosts)).toBe('https://a.trial.example.com:8443');
  expect(addressOf(told('http://203.0.113.5'), 'production', ['api.example.com'])).toBe(
    'http://api.example.com',
  );
});

test('where no host is a name by itself, or nothing listens, nobody knows the address', () => {
  expect(addressOf(told(), 'trial', [])).toBeUndefined();
  expect(addressOf(told(), 'production', ['*.example.com'])).toBeUndefined();
  expect(addressOf(told(), 'staging', ['*.example.com'])).toBe('https://staging.example.com:8443');
  expect(addressOf(told(), 'elsewhere', [])).toBeUndefined();
  const nothing = { urls: [{ environment: 'production', url: null, hosts: [] }], listeners: [] };
  expect(addressOf(nothing, 'production', ['api.example.com'])).toBeUndefined();
});
