import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, account, type Browser, browser, shot, signIn, visit } from './harness/browser';
import { type Postern, postern } from './harness/postern';

let at: Postern;
let chromium: Browser;

beforeAll(async () => {
  [at, chromium] = await Promise.all([postern(), browser()]);
});
afterAll(async () => {
  await chromium?.close();
  await at?.end();
});

test('whoever is not signed in signs in, and comes to the page that was asked for', async () => {
  const who = await account(at, 'frame@example.com', 'owner');
  const { page, complaints } = await visit(chromium, at);
  await page.goto('/lists');
  await page.getByRole('heading', { name: 'Sign in to Postern' }).waitFor();
  await accessible(page);
  await shot(page, 'sign-in');
  await signIn(page, who);
  await accessible(page);
  await shot(page, 'frame');
  expect(complaints).toEqual([]);
});

test('pages are gone to by keys, rows too, and the list of keys says so', async () => {
  const who = await account(at, 'keys@example.com', 'owner');
  const { page, complaints } = await visit(chromium, at);
  await signIn(page, who);
  await page.keyboard.press('?');
  const list = page.getByRole('dialog', { name: 'Keyboard' });
  await list.getByRole('row', { name: /g k.*Go to Apps and keys/ }).waitFor();
  await accessible(page);
  await shot(page, 'keyboard');
  await page.keyboard.press('Escape');
  await list.waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('k');
  await page.getByRole('heading', { level: 1, name: 'Apps and keys' }).waitFor();
  const rows = page.getByRole('table').getByRole('link');
  await rows.first().focus();
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  const [first, second] = [await rows.nth(0).textContent(), await rows.nth(1).textContent()];
  await page.keyboard.press('j');
  expect(await focused()).toBe(second);
  await page.keyboard.press('ArrowUp');
  expect(await focused()).toBe(first);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/apps/${first}`);

  // Whoever speaks to the browser may switch single keys off (WCAG 2.1.4).
  await page.goto('/account');
  await page.getByRole('switch', { name: 'Single keys' }).click();
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('/');
  await page.keyboard.press('?');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Search' }).waitFor();
  expect(complaints).toEqual([]);
});

test('times are told in the zone of whoever looks, with its offset', async () => {
  const who = await account(at, 'times@example.com', 'owner');
  const { page, complaints } = await visit(chromium, at);
  await signIn(page, who);
  const entries = [{ range: '192.0.2.1', expires_at: '2031-07-01T10:00:00Z' }];
  await at.ask('POST', '/api/v1/lists', { id: 'summer', entries });
  await page.goto('/lists/summer');
  await page.getByText('2031-07-01 12:00:00 +02:00').waitFor();
  await page.goto('/audit');
  const moments = page.getByRole('table').locator('time');
  await moments.first().waitFor();
  for (const moment of await moments.allTextContents())
    expect(moment).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0[12]:00$/);
  expect(complaints).toEqual([]);
});
