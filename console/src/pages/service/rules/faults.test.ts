import { expect, test } from 'vitest';
import { besideField, step } from './faults';

test('what the API says stands beside the field without its place', () => {
  expect(besideField({ detail: '`policies.a.require.time.zone` is not a time zone' })).toBe(
    'This is not a time zone',
  );
  const list = { detail: 'policy `a` uses a list that does not exist', accepted: 'there is `office`' };
  expect(besideField(list)).toBe('This rule uses a list that does not exist (there is `office`)');
  const within = { line: 2, column: 9, length: 1, label: 'a statement goes on here' };
  expect(besideField({ detail: 'policy `a`: unexpected token `}`', within })).toBe(
    'At line 2, column 9: unexpected token `}`: a statement goes on here',
  );
});

test('a step of a pointer is escaped', () => {
  expect(step('/currency~')).toBe('~1currency~0');
});
