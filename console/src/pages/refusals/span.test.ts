import { expect, test } from 'vitest';
import { PRESETS, type Preset, windowOf } from './span';

test('a time that ends now holds all of it, in bars that stand still', () => {
  const start = Date.UTC(2026, 10, 27, 1, 23, 45, 678);
  for (const preset of Object.keys(PRESETS) as Preset[]) {
    for (const most of [12, 24]) {
      const { from, until, buckets } = windowOf({ preset }, start, most);
      expect(from).toBeLessThanOrEqual(start - PRESETS[preset]);
      expect(until).toBeGreaterThan(start);
      // One more, since neither the first nor the last is whole.
      expect(buckets).toBeLessThanOrEqual(most + 1);
      const bar = (until - from) / buckets;
      expect(bar % 1000).toBe(0);
      expect(until - start).toBeLessThanOrEqual(bar);
      expect(windowOf({ preset }, until - 1, most)).toEqual({ from, until, buckets });
      expect(windowOf({ preset }, until, most).from).toBe(from + bar);
    }
  }
});

test('a time that stands still is taken as it is', () => {
  const hour = { from: 3_600_000, until: 7_200_000 };
  expect(windowOf(hour, 0, 24)).toEqual({ ...hour, buckets: 20 });
  expect(windowOf({ from: 5, until: 6 }, 0, 24).buckets).toBe(1);
  expect(windowOf({ from: 0, until: 8.64e15 }, 0, 24).buckets).toBeLessThanOrEqual(24);
});
