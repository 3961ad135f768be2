import { expect, test } from 'vitest';
import { daysOf, timesOf, writtenDays, writtenTimes } from './hours';

test('days are read however they are written, and written shortest', () => {
  expect(daysOf('mon-fri')).toEqual(['mon', 'tue', 'wed', 'thu', 'fri']);
  expect(daysOf(['sat-mon', 'wed'])).toEqual(['mon', 'wed', 'sat', 'sun']);
  expect(daysOf('never')).toEqual([]);
  expect(writtenDays(['fri', 'mon', 'tue', 'wed', 'thu'])).toBe('mon-fri');
  expect(writtenDays(['mon', 'wed'])).toEqual(['mon', 'wed']);
  expect(writtenDays(['sun'])).toBe('sun');
  expect(writtenDays([])).toBeUndefined();
});

test('times are read and written', () => {
  expect(timesOf('22:00-06:00')).toEqual(['22:00', '06:00']);
  expect(writtenTimes('22:00', '')).toBe('22:00-');
  expect(writtenTimes('', '')).toBeUndefined();
});
