import { expect, test } from 'vitest';
import { canonical, holds, type Range, range, same, truncated, written } from './addresses';

const read = (text: string): Range => {
  const found = range(text);
  if (!found) throw new Error(`${text} was not read`);
  return found;
};

test('what is an address is read, and written as people write it', () => {
  const pairs = [
    ['203.0.113.7', '203.0.113.7'],
    [' 10.0.0.0/8 ', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['10.0.0.1/32', '10.0.0.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:2:3:4:5:6:0:8', '1:2:3:4:5:6:0:8'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ];
  for (const [text, shown] of pairs) expect(written(read(text ?? ''))).toBe(shown);
});

test('what is no address is not read', () => {
  const all = ['', '1.2.3', '1.2.3.999', '01.2.3.4', '1.2.3.4/33', '1.2.3.4/', '1.2.3.4/08', '1.2.3.4/8/8'];
  all.push(':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7::8', 'fe80::1%eth0', '12345::', '::/129');
  all.push('1.2.3.4::', '1:2:3:4:5:6:7:1.2.3.4', 'example.com', '<script>', '1.2.3.4 5');
  for (const text of all) expect(range(text), text).toBeUndefined();
});

test('an IPv4 address that IPv6 writes is that address', () => {
  expect(written(canonical(read('::ffff:5.6.7.8')))).toBe('5.6.7.8');
  expect(written(canonical(read('::ffff:a00:0/104')))).toBe('10.0.0.0/8');
  expect(canonical(read('::ffff:0:0/95')).family).toBe(6);
  expect(canonical(read('::5.6.7.8')).family).toBe(6);
  expect(written(canonical(read('2001:db8::1')))).toBe('2001:db8::1');
});

test('a range holds what is in it, and nothing of the other family', () => {
  expect(holds(read('10.0.0.0/8'), read('10.255.0.1'))).toBe(true);
  expect(holds(read('10.0.0.0/8'), read('10.1.0.0/16'))).toBe(true);
  expect(holds(read('10.1.0.0/16'), read('10.0.0.0/8'))).toBe(false);
  expect(holds(read('0.0.0.0/0'), read('::1'))).toBe(false);
  expect(holds(read('::/0'), read('10.0.0.1'))).toBe(false);
  expect(holds(read('2001:db8::/32'), read('2001:db8:ffff::1'))).toBe(true);
  expect(holds(read('2001:db8::/32'), read('2001:db9::1'))).toBe(false);
  expect(same(read('10.0.0.1/32'), read('10.0.0.1'))).toBe(true);
  expect(written(truncated(read('10.20.3.4/16')))).toBe('10.20.0.0/16');
});
