import { expect, test } from 'vitest';
import { filtersOf, looked } from './looked';

test('a URL without anything looks at the last day of refusals, live', () => {
  expect(looked({})).toEqual({
    span: { preset: '24h' },
    preset: '24h',
    filters: {},
    whose: 'refused',
    by: 'code',
    before: undefined,
    live: true,
  });
});

test('what makes no sense in a URL is as if it were not there', () => {
  const sound = looked({});
  expect(looked({ since: 'toString', outcome: 'x', by: '', app: ' ', from: '2', to: '1' })).toEqual(sound);
  expect(looked({ from: '1e3', to: '99999999999999999' })).toEqual(sound);
});

test('a time that stands still is not live, and knows what to go back to', () => {
  const at = looked({ since: '1h', from: '1', to: '2' });
  expect(at).toMatchObject({ span: { from: 1, until: 2 }, preset: '1h', live: false });
  expect(looked({ before: '01M8D97Q22GXGDPAWZHNY4VVB5' }).live).toBe(false);
  expect(looked({ live: 'off' }).live).toBe(false);
});

test('a group is asked for by what makes it', () => {
  expect(filtersOf('code', 'route.not_found')).toEqual({ code: 'route.not_found' });
  expect(filtersOf('operation', 'users/v1/create-user')).toEqual({
    service: 'users',
    version: 'v1',
    operation: 'create-user',
  });
  expect(filtersOf('operation', 'users/-/-', 'app')).toEqual({ service: 'users', without: 'app,operation' });
  expect(filtersOf('operation', null)).toEqual({ without: 'service' });
  expect(filtersOf('app', null, 'app')).toEqual({ without: 'app' });
});

test('a beginning alone means until now', () => {
  const { span } = looked({ from: '1000', since: '1h' });
  if ('preset' in span) throw new Error('no such span');
  expect(span.from).toBe(1000);
  expect(Math.abs(span.until - Date.now())).toBeLessThanOrEqual(61_000);
  expect(looked({ from: String(Date.now() + 3_600_000) }).span).toEqual({ preset: '24h' });
  expect(looked({ from: '1000', to: 'x' }).span).toEqual({ preset: '24h' });
});
