import { expect, test } from 'vitest';
import { relaxes } from './relax';

test('a rule that is in force is taken out of it by another mode, or by going', () => {
  expect(relaxes({}, { mode: 'shadow' })).toBe(true);
  expect(relaxes({ mode: 'enforce' }, undefined)).toBe(true);
  expect(relaxes({ mode: 'shadow' }, undefined)).toBe(false);
  expect(relaxes({ mode: 'off' }, { mode: 'shadow' })).toBe(false);
  expect(relaxes({}, {})).toBe(false);
});
