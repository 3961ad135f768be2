import { expect, test } from 'vitest';
import type { Me } from './me';
import { mayIn, whereMay } from './rights';

const of = (platform: string[], tenants: Record<string, string[]>) =>
  ({ platform, tenants }) as unknown as Me;

test('a role in a tenant says nothing of what is the platform’s', () => {
  const who = of([], { commerce: ['services.publish'] });
  expect(mayIn(who, 'services.publish', 'commerce')).toBe(true);
  expect(mayIn(who, 'services.publish', 'partners')).toBe(false);
  expect(mayIn(who, 'services.publish', null)).toBe(false);
  expect(mayIn(who, 'services.publish', undefined)).toBe(false);
});

test('a role on the platform holds for all of its tenants', () => {
  const who = of(['services.publish'], {});
  expect(mayIn(who, 'services.publish', 'commerce')).toBe(true);
  expect(mayIn(who, 'services.publish', null)).toBe(true);
  expect(mayIn(null, 'services.publish', null)).toBe(false);
});

test('whoever works in one tenant means that one', () => {
  const one = of([], { commerce: ['apps.write'], partners: ['apps.read'] });
  expect(whereMay(one, 'apps.write')).toEqual({ onPlatform: false, tenants: ['commerce'], only: 'commerce' });
  const both = of(['apps.read'], { commerce: ['apps.write'], partners: ['apps.write'] });
  expect(whereMay(both, 'apps.write').only).toBeUndefined();
  expect(whereMay(both, 'apps.read')).toEqual({ onPlatform: true, tenants: [], only: undefined });
  expect(whereMay(null, 'apps.write')).toEqual({ onPlatform: false, tenants: [], only: undefined });
});
