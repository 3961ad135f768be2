import { expect, test } from 'vitest';
import { plain } from './Shown';

test('what cannot be seen stands in a plain text by its number', () => {
  expect(plain('\u202Egnp.exe\u0000')).toBe('[U+202E]gnp.exe[U+0000]');
  expect(plain('日本語 العربية')).toBe('日本語 العربية');
  expect(plain('x'.repeat(100), 3)).toBe('xxx…');
});
