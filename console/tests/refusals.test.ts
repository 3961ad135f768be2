import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, account, type Browser, browser, type Page, shot, signIn, visit } from './harness/browser';
import { curl, type Postern, postern } from './harness/postern';

let at: Postern;
let chromium: Browser;
let operator: { email: string; password: string };

beforeAll(async () => {
  [at, chromium] = await Promise.all([postern(), browser()]);
  operator = await account(at, 'refusals@example.com', 'operator');
  for (const scenario of at.scenarios) await curl(scenario.curl);
});

afterAll(async () => {
  await chromium?.close();
  await at?.end();
});

async function shim(page: Page) {
  await page.route('**/api/v1/denials?*', async (route) => {
    const url = new URL(route.request().url());
    const n = Number(url.searchParams.get('buckets'));
    url.searchParams.delete('buckets');
    const [from, until] = [Number(url.searchParams.get('since_ms')), Number(url.searchParams.get('until_ms'))];
    const response = await route.fetch({ url: url.toString() });
    const body = await response.json();
    const len = (until - from) / n;
    body.refused = 18; body.origin_refused = 1;
    if (response.ok())
    body.series = Array.from({ length: n }, (_, i) => ({
      from_ms: from + i * len,
      until_ms: from + (i + 1) * len,
      refused: i === n - 1 ? 18 : (i * 7) % 13,
      origin_refused: i === n - 1 ? 1 : (i * 5) % 7,
      allowed: 3,
    }));
    await route.fulfill({ response, json: body });
  });
}

test('look', async () => {
  const { page, complaints } = await visit(chromium, at);
  await shim(page);
  await signIn(page, operator);
  await page.goto('/refusals');
  await page.getByRole('link', { name: 'POST /billing/charges' }).waitFor({timeout: 3000}).catch(()=>{});
  await shot(page, 'wide');
  await accessible(page);
  await page.goto('/refusals?outcome=all&by=operation');
  await page.getByRole('link', { name: 'POST /billing/charges' }).waitFor();
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByRole('button', { name: 'From … to …' }).click();
  await shot(page, 'all');
  await page.setViewportSize({ width: 390, height: 900 });
  await shot(page, 'narrow');
  console.log(await page.evaluate(() => [document.documentElement.scrollWidth, ...[...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > 392).slice(0, 12).map((e) => e.outerHTML.slice(0, 140) + e.getBoundingClientRect().right)].join('\n')));
  await accessible(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('/refusals?code=credential&status=401&since=1h&app=<script>');
  await page.getByText('Nothing fits').waitFor();
  await shot(page, 'narrow-dark');
  await accessible(page);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto('/refusals?code=credential&status=401&since=1h');
  await page.getByText('of yours').waitFor({timeout:1000}).catch(()=>{});
  await shot(page, 'dark');
  await accessible(page);
  expect(complaints).toEqual([]);
});
