import { expect, test } from 'vitest';
import { range } from '../../parts/addresses';
import { entryOf, lasting, matches, pasted, rawOf, withEntry, withoutEntry } from './entries';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const about = { comment: 'new', added_at: '2026-11-20T12:00:00Z', expires_at: undefined };

test('pasted lines are entries, and what is wrong with the others is told by line', () => {
  const there = ['10.0.0.0/8', '::1', '::ffff:192.0.2.4'].map(entryOf);
  const text =
    '# office\n\n192.0.2.1\n192.0.2.2 the printer\n::ffff:192.0.2.3\n10.20.0.1/16\nexample.com\n::1\n192.0.2.1\n192.0.2.4';
  const { entries, bad } = pasted(text, there, about);
  expect(entries.map((one) => [one.text, one.comment])).toEqual([
    ['192.0.2.1', 'new'],
    ['192.0.2.2', 'the printer'],
    ['192.0.2.3', 'new'],
  ]);
  expect(bad).toEqual([
    { line: 6, text: '10.20.0.1/16', why: 'bits', instead: '10.20.0.0/16' },
    { line: 7, text: 'example.com', why: 'address' },
    { line: 8, text: '::1', why: 'there' },
    { line: 9, text: '192.0.2.1', why: 'twice' },
    { line: 10, text: '192.0.2.4', why: 'there' },
  ]);
});

test('an entry takes the place of the one of the same range, and nothing else moves', () => {
  const all = ['10.0.0.0/8', { range: '192.0.2.1/32', comment: 'old' }, '::1'];
  const entry = { ...entryOf('192.0.2.1'), comment: 'new' };
  expect(withEntry(all, entry)).toEqual(['10.0.0.0/8', { range: '192.0.2.1', comment: 'new' }, '::1']);
  expect(withEntry(['::1'], entry)).toEqual(['::1', { range: '192.0.2.1', comment: 'new' }]);
  expect(withoutEntry(all, entry)).toEqual(['10.0.0.0/8', '::1']);
  expect(withoutEntry(['::ffff:192.0.2.1', '::1'], entry)).toEqual(['::1']);
  expect(rawOf(entryOf({ range: '::1' }))).toBe('::1');
});

test('what is over, soon over and lasts is told apart', () => {
  expect(lasting(undefined, NOW)).toBe('always');
  expect(lasting('2026-11-20T12:00:00Z', NOW)).toBe('over');
  expect(lasting('2026-11-27', NOW)).toBe('soon');
  expect(lasting('2026-12-27', NOW)).toBe('long');
});

test('entries are found by text, and by an address around or within them', () => {
  const entry = entryOf({ range: '10.20.0.0/16', comment: 'The Build servers' });
  expect(matches(entry, 'build', undefined)).toBe(true);
  expect(matches(entry, '10.20.3.4', range('10.20.3.4'))).toBe(true);
  expect(matches(entry, '10.0.0.0/8', range('10.0.0.0/8'))).toBe(true);
  expect(matches(entry, '10.21.3.4', range('10.21.3.4'))).toBe(false);
});
