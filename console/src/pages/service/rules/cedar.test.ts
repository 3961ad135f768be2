import { expect, test } from 'vitest';
import { placesOf, plainFault } from './cedar';

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

test('what a message names is found where it stands', () => {
  const text = 'permit (principal in Postern::Group::"nope", action, resource)\nwhen { resource.pth == 1 };';
  expect(placesOf(text, 'attribute `pth` of the resource not found')).toEqual([{ line: 2, column: 17 }]);
  expect(placesOf(text, 'names a group that does not exist: `nope`')).toEqual([{ line: 1, column: 39 }]);
  expect(placesOf(text, 'unexpected token `}`')).toEqual([{ line: 2, column: 26 }]);
  // What stands everywhere is nowhere, and so is what is only part of a word.
  expect(placesOf('a; a; a; a;', 'unexpected token `a`')).toEqual([]);
  expect(placesOf(text, 'unexpected `act`')).toEqual([]);
});
