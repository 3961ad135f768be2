import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Schemas } from '../src/api/client';
import {
  accessible,
  account,
  type Browser,
  browser,
  closeAll,
  type Look,
  type Page,
  type Session,
  session,
  shot,
  visit,
} from './harness/browser';
import { curl, type Postern, postern } from './harness/postern';

type Call = Schemas['CallRow'];

let at: Postern;
let chromium: Browser;
let operator: Session;

beforeAll(async () => {
  [at, chromium] = await Promise.all([postern(), browser()]);
  operator = await session(chromium, at, await account(at, 'refusals@example.com', 'operator'));
  for (const scenario of at.scenarios) await curl(scenario.curl);
});

afterEach(() => closeAll(chromium));

afterAll(async () => {
  await chromium?.close();
  await at?.end();
});

/** A window of somebody who is signed in. */
const opened = (who: Session, look: Look = {}) => visit(chromium, at, { session: who, ...look });

/** The links of the list of requests. */
const requests = (page: Page) =>
  page.getByRole('table', { name: 'Requests, the newest first' }).getByRole('link');

/** What the log has, as the administrator sees it. */
async function logged(query: string): Promise<Call[]> {
  const { body } = await at.ask('GET', `/api/v1/calls?limit=1000&${query}`);
  return (body as { items: Call[] }).items;
}

test('an operator goes from numbers to the requests behind them', async () => {
  const { page, complaints } = await opened(operator);
  await page.goto('/refusals');
  const ours = await logged('outcome=refused');
  await page.getByRole('link', { name: `Refused by Postern · ${ours.length}` }).waitFor();
  expect(await requests(page).count()).toBe(ours.length);
  await accessible(page);
  await shot(page, 'refusals');

  // By app: from the bar to its requests, and back by the chip.
  await page.getByRole('navigation', { name: 'Count by' }).getByRole('link', { name: 'App' }).click();
  const shop = ours.filter((call) => call.app === 'shop');
  const bars = page.getByRole('list', { name: 'Refusals by app' });
  await bars.getByRole('link', { name: new RegExp(`^shop ${shop.length} `) }).click();
  await page.waitForURL(/app=shop/);
  await expect.poll(() => requests(page).count()).toBe(shop.length);
  await page.getByRole('link', { name: 'Remove the filter App shop' }).click();
  await expect.poll(() => requests(page).count()).toBe(ours.length);

  // Nobody's: what says nothing can be asked for, too.
  await bars.getByRole('link', { name: /^no app known/ }).click();
  await page.getByRole('link', { name: 'Remove the filter Without app' }).waitFor();
  await expect.poll(() => requests(page).count()).toBe(ours.filter((call) => !call.app).length);

  // The upstream's own stand apart.
  await page.goto('/refusals');
  await page.getByRole('link', { name: 'Refused by the upstream · 1' }).click();
  await page.getByRole('link', { name: 'POST /billing/charges' }).waitFor();
  expect(await requests(page).count()).toBe(1);
  await page.getByRole('cell', { name: 'origin.refused (refused by the upstream)' }).waitFor();

  // From a row to why.
  const [charge] = await logged('outcome=origin_refused');
  await requests(page).first().click();
  await page.waitForURL(`**/requests/${charge?.id}`);
  expect(complaints).toEqual([]);
});

test('filters narrow, stand in the URL, and say what is wrong with them', async () => {
  const { page, complaints } = await opened(operator);
  await page.goto('/refusals?since=1h');
  await page.getByRole('textbox', { name: 'Words' }).fill('/V1/');
  await page.getByRole('textbox', { name: 'Status' }).fill('401');
  // A code is found by what it says, or a family written as it is.
  const code = page.getByRole('combobox', { name: 'Code' });
  await code.fill('key expired');
  await page.getByRole('option', { name: 'credential.expired Credential or API key expired' }).waitFor();
  await accessible(page);
  await shot(page, 'refusals-codes');
  await code.fill('credential');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL(/status=401/);
  const wanted = (await logged('phrase=/v1/&status=401&code=credential')).length;
  await expect.poll(() => requests(page).count()).toBe(wanted);

  // Whoever gets the link sees the same.
  const other = await page.context().newPage();
  await other.goto(page.url());
  await expect.poll(() => requests(other).count()).toBe(wanted);
  expect(await other.getByRole('textbox', { name: 'Words' }).inputValue()).toBe('/V1/');
  await other.close();

  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByLabel('Fault').selectOption('publisher');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Nothing fits these filters in this time').waitFor();
  await accessible(page);
  await page
    .getByRole('navigation', { name: 'Active filters' })
    .getByRole('link', { name: 'Clear all' })
    .click();
  await page.getByRole('link', { name: 'POST /partners/customers' }).first().waitFor();
  expect(await page.getByLabel('Fault').inputValue()).toBe('');

  await page.getByRole('combobox', { name: 'Code' }).fill('no.such');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').count()).toBe(1);
  expect(await page.getByRole('alert').textContent()).toContain('no.such');
  await accessible(page);
  expect(complaints).toEqual([]);
});

test('time is chosen by a bar, by a table row, or by its ends', async () => {
  const { page, complaints } = await opened(operator);
  await page.goto('/refusals?since=15m');
  const chart = page.getByRole('group', { name: /^Refusals from/ });
  const bar = chart.getByRole('link').last();
  const name = (await bar.getAttribute('aria-label')) ?? '';
  const [ours, theirs] =
    [...name.matchAll(/: (\d+) refused by Postern, (\d+) /g)][0]?.slice(1).map(Number) ?? [];
  await bar.focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/from=\d+&to=\d+/);
  await page.getByText('not live: this time is over').waitFor();
  await page.getByRole('link', { name: `Refused by Postern · ${ours}` }).waitFor();
  await page.getByRole('link', { name: `Refused by the upstream · ${theirs}` }).waitFor();
  // The bar is gone; whoever used the keyboard is still there.
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Over time');

  await page.getByRole('link', { name: /^Remove the filter Time/ }).click();
  await page.getByRole('button', { name: 'Show as a table' }).click();
  const table = page.getByRole('table', { name: 'Refusals over time' });
  await table.getByRole('link').last().waitFor();
  await accessible(page);
  await table.getByRole('link').last().click();
  await page.waitForURL(/from=\d+&to=\d+/);

  await page.getByRole('button', { name: 'From … to …' }).click();
  await page.getByLabel('From', { exact: true }).fill('2020-01-02T00:00');
  await page.getByLabel('Until').fill('2020-01-01T00:00');
  await page.getByRole('button', { name: 'Show this time' }).click();
  await page.getByText('This has to be after the start.').waitFor();
  await accessible(page);
  await page.getByLabel('Until').fill('2020-01-03T00:00');
  await page.getByRole('button', { name: 'Show this time' }).click();
  await page.getByText('No refusals in this time', { exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get('from')).toBe(String(Date.parse('2020-01-01T23:00Z')));
  await accessible(page);
  await shot(page, 'refusals-none');
  await page.getByRole('link', { name: 'Look at 7 days' }).click();
  await requests(page).first().waitFor();
  expect(complaints).toEqual([]);
});

test('the list is live until it is told to stand still', async () => {
  const { page, complaints } = await opened(operator);
  await page.goto('/refusals?phrase=fresh');
  await page.getByText('Nothing fits these filters in this time').waitFor();
  await fetch(`${at.gateway}/fresh-one`);
  await page.getByRole('link', { name: 'GET /fresh-one' }).waitFor();
  await page.getByRole('switch', { name: 'Live' }).click();
  await page.waitForURL(/live=off/);
  await fetch(`${at.gateway}/fresh-two`);
  await expect.poll(async () => (await logged('phrase=fresh')).length).toBe(2);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByRole('link', { name: 'GET /fresh-two' }).waitFor();
  expect(complaints).toEqual([]);
});

test('whoever reads in one tenant sees what is theirs', async () => {
  const publisher = await account(at, 'publisher@example.com', 'publisher', 'operations');
  const { page, complaints } = await opened(await session(chromium, at, publisher));
  await page.goto('/refusals');
  await page.getByRole('link', { name: 'POST /admin/config' }).first().waitFor();
  const theirs = (await logged('tenant=operations&outcome=refused')).length;
  expect(await requests(page).count()).toBe(theirs);
  await page.getByRole('link', { name: `Refused by Postern · ${theirs}` }).waitFor();
  expect(await page.getByText('/partners/customers').count()).toBe(0);
  await accessible(page);
  expect(complaints).toEqual([]);
});

test('hostile names do no harm, on narrow screens and in the dark, too', async () => {
  await fetch(`${at.gateway}/x/%3Cscript%3Ealert(1)%3C/script%3E/%E2%80%AEtxt`);
  const { page, complaints } = await opened(operator, { width: 390, dark: true });
  await page.goto(`/refusals?phrase=script&app=`);
  await page.getByRole('link', { name: /^GET \/x\// }).waitFor();
  await accessible(page);
  await shot(page, 'refusals-narrow-dark');
  // What is said of a request has the room that there is beside the column's name.
  const code = await page
    .getByRole('cell', { name: /route\.not_found/ })
    .first()
    .locator('code')
    .boundingBox();
  expect(code?.height).toBeLessThan(30);
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
  expect(await wide()).toBeLessThanOrEqual(390);
  await page.goto(
    `/refusals?app=${encodeURIComponent(`<script>\u202e${'x'.repeat(5_000)}`)}&before=&from=1e9&by=nothing`,
  );
  await page.getByText('Nothing fits these filters in this time').waitFor();
  expect(await page.getByRole('navigation', { name: 'Active filters' }).textContent()).toContain(
    '<script>U+202E',
  );
  expect(await wide()).toBeLessThanOrEqual(390);
  await accessible(page);
  expect(complaints).toEqual([]);
});

test('many requests are paged through, and a folded row says what it stands for', async () => {
  await flood(120);
  await expect.poll(async () => (await logged('phrase=/flood')).length).toBe(120);
  const all = await logged('phrase=/flood');
  const { page, complaints } = await opened(operator);
  await page.goto('/refusals?phrase=/flood');
  await page.getByRole('link', { name: 'Refused by Postern · 120' }).waitFor();
  expect(await requests(page).count()).toBe(50);
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.waitForURL(/before=/);
  await page.getByText('not live: older requests').waitFor();
  const first = () => requests(page).first().getAttribute('href');
  await expect.poll(first).toBe(`/requests/${all[50]?.id}`);
  await page.reload();
  await expect.poll(first).toBe(`/requests/${all[50]?.id}`);
  await page.getByRole('button', { name: 'Next page' }).click();
  await expect.poll(() => requests(page).count()).toBe(20);
  expect(await page.getByRole('button', { name: 'Next page' }).count()).toBe(0);
  await page.getByRole('button', { name: 'First page' }).click();
  await expect.poll(first).toBe(`/requests/${all[0]?.id}`);

  // Folding takes more than a thousand a second, which no test can promise: the row is made from a real one.
  await page.route('**/api/v1/calls?*', async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { items: Call[] };
    for (const call of body.items.slice(0, 1)) call.represents = 4_295;
    await route.fulfill({ response, json: body });
  });
  await page.reload();
  await page.getByText('stands for 4,295 requests').waitFor();
  await accessible(page);
  expect(complaints).toEqual([]);
});

/** So many requests at once to where nothing is. */
async function flood(requests: number): Promise<void> {
  const { hostname, port, host } = new URL(at.gateway);
  const socket = connect(Number(port), hostname);
  let answered = 0;
  const done = new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      answered += bytes.toString('latin1').split('HTTP/1.1 404').length - 1;
      if (answered >= requests) resolve();
    });
  });
  socket.write(`GET /flood HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(requests));
  await done;
  socket.end();
}
