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
