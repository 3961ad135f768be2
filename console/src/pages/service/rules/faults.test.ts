import { expect, test } from 'vitest';
import { besideField, step } from './faults';

test('what the API says stands beside the field without its place', () => {
  expect(besideField('`policies.a.require.time.zone` is not a time zone')).toBe('This is not a time zone');
  expect(besideField('policy `a`: unexpected token `}`')).toBe('unexpected token `}`');
  expect(besideField('policy `a` uses a list that does not exist', 'there is `office`')).toBe(
    'This rule uses a list that does not exist (there is `office`)',
  );
});

test('a step of a pointer is escaped', () => {
  expect(step('/currency~')).toBe('~1currency~0');
});
