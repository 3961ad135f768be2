import { expect, test } from 'vitest';
import { plainFault } from './cedar';

test('what has no other half is found at its place', () => {
  expect(plainFault('permit (principal, action, resource);\n')).toBeUndefined();
  expect(
    plainFault('// a comment with (\n@id("a ) b")\npermit (principal, action, resource);'),
  ).toBeUndefined();
  expect(plainFault('permit (principal, action, resource)')?.place).toEqual({ line: 1, column: 37 });
  expect(plainFault('permit (principal,\n  action, resource;')?.place).toEqual({ line: 1, column: 8 });
  expect(plainFault('permit (principal, action, resource)\nwhen { true );')?.place).toEqual({
    line: 2,
    column: 13,
  });
  expect(plainFault('permit (principal == "x, action, resource);')?.place.column).toBe(22);
});
