import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  accessible,
  account,
  type Browser,
  browser,
  closeAll,
  fits,
  type Page,
  shot,
  signIn,
  visit,
} from './harness/browser';
import { type Postern, postern } from './harness/postern';

const shell = promisify(execFile);
const PASSWORD = 'correct horse battery staple';

let chromium: Browser;
let empty: Postern;
let demo: Postern;
let upstream: Server;
let target = '';
const arrived: Array<{ method: string; url: string; body: string }> = [];

beforeAll(async () => {
  upstream = createServer((request, response) => {
    let body = '';
    request.on('data', (text) => (body += text));
    request.on('end', () => {
      arrived.push({ method: request.method ?? '', url: request.url ?? '', body });
      response.writeHead(201, { 'content-type': 'application/json' }).end('{"made": true}');
    });
  });
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
  const address = upstream.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  target = `http://127.0.0.1:${address.port}`;
  [empty, demo, chromium] = await Promise.all([postern({ empty: true }), postern(), browser()]);
});
afterEach(() => closeAll(chromium));
afterAll(async () => {
  await chromium?.close();
  await empty?.end();
  await demo?.end();
  upstream?.close();
});

/** The command that a page shows, as text. */
const command = (page: Page) =>
  page.getByRole('region', { name: 'command that sends the request' }).textContent().then(String);

/** Runs a command that a page showed; its status. */
async function run(text: string): Promise<number> {
  const { stdout } = await shell('sh', ['-c', `${text} -s -o /dev/null -w '%{http_code}'`]);
  return Number(stdout);
}

test('from the one-time link to the first POST that goes through', async () => {
  const printed = await empty.command('admin-link');
  const link = new URL(/https?:\/\/\S+/.exec(printed)?.[0] ?? '');
  const { page, complaints } = await visit(chromium, empty);
  await page.goto(link.pathname + link.search);
  await page.getByText('You become the administrator').waitFor();
  await accessible(page);
  await shot(page, 'first-link');
  await page.getByLabel('E-mail address').fill('ada@example.com');
  await page.getByLabel('Your name').fill('Ada');
  await page.getByRole('textbox', { name: 'New password' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Go on' }).click();

  await page.getByRole('heading', { name: 'First steps' }).waitFor();
  await page.getByText('0 of 6 done').waitFor();
  await page.getByLabel('Name of the service').fill('orders');
  await page.getByLabel('Address of your API').fill('not an address');
  await page.getByText('An address is a host').waitFor();
  await page.getByLabel('Address of your API').fill(target);
  // Nobody opens the own network to the platform without meaning it.
  const allow = page.getByRole('checkbox', { name: 'Let the gateway connect to 127.0.0.1' });
  expect(await allow.isChecked()).toBe(false);
  await page.getByText('every service of every tenant').waitFor();
  await page.getByRole('button', { name: 'Make the service' }).click();
  await page.getByText('Nothing was made').waitFor();
  await expect.poll(() => allow.evaluate((box) => box === document.activeElement)).toBe(true);
  await accessible(page);
  await shot(page, 'steps-service-refused');
  await allow.check();
  // Another address is another question.
  await page.getByLabel('Address of your API').fill('http://10.0.0.1');
  expect(await page.getByRole('checkbox', { name: 'connect to 10.0.0.1' }).isChecked()).toBe(false);
  await page.getByLabel('Address of your API').fill('https://orders.example.com');
  expect(await page.getByRole('checkbox').count()).toBe(0);
  await page.getByLabel('Address of your API').fill(target);
  await allow.check();
  await accessible(page);
  await shot(page, 'steps-service');
  await page.getByRole('button', { name: 'Make the service' }).click();

  await page.getByText('1 of 6 done').waitFor();
  // What is stored says how far one is: it goes on in another window.
  await page.reload();
  const rule = await page.evaluate(async () => {
    const body = JSON.stringify({ kind: 'egress' });
    const headers = { 'content-type': 'application/json' };
    return (await fetch('/api/v1/commands/documents', { method: 'POST', headers, body })).json();
  });
  expect(rule.ok.documents[0].document.allow).toEqual(['127.0.0.1']);
  await page.getByRole('textbox', { name: 'Path' }).fill('/orders');
  await accessible(page);
  await page.getByRole('button', { name: 'Add the operation' }).click();
  await page.getByRole('button', { name: 'Publish v1' }).click();
  await page.getByText('3 of 6 done').waitFor();
  await page.getByLabel('Name of the app').fill('shop');
  await accessible(page);
  await shot(page, 'steps-app');
  await page.getByRole('button', { name: 'Make the app and subscribe it' }).click();
  await page.getByText('4 of 6 done').waitFor();
  await page.getByText('approved').waitFor();
  await page.getByRole('button', { name: 'Make a key' }).click();
  const secret = page.getByRole('dialog', { name: 'The key' });
  const key = await secret.getByRole('region', { name: 'key of shop' }).textContent().then(String);
  expect(key).toMatch(/^pst_/);
  await accessible(page);
  await shot(page, 'steps-key');
  await secret.getByLabel('I have kept it').check();
  await secret.getByRole('button', { name: 'Close' }).click();

  await page.getByText('Waiting for the request').waitFor();
  await accessible(page);
  await shot(page, 'steps-send');
  const curl = await command(page);
  expect(curl).toContain(key);
  // A request that is refused says so, and leads to why.
  expect(await run(curl.replace(key, 'pst_nobody'))).toBe(401);
  await page.getByText('It was refused: POST /orders').waitFor();
  await accessible(page);
  await shot(page, 'steps-refused');
  const why = await page.getByRole('link', { name: 'See why' }).getAttribute('href');
  expect(why).toMatch(/^\/requests\/[0-9A-Z]{26}$/);

  expect(await run(curl)).toBe(201);
  expect(arrived).toEqual([{ method: 'POST', url: '/orders', body: '{"hello": "postern"}' }]);
  await page.getByText('a request went through the gateway').waitFor();
  await accessible(page);
  await shot(page, 'steps-done');
  await page.reload();
  await page.getByRole('heading', { name: 'Refusals' }).waitFor();
  await page.getByRole('link', { name: '1 service' }).waitFor();
  expect(await page.getByRole('heading', { name: 'First steps' }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('the overview of a Postern that is in use', async () => {
  const who = await account(demo, 'owner@example.com', 'owner');
  for (const scenario of demo.scenarios.slice(0, 6)) {
    await shell('sh', ['-c', `${scenario.curl} -s -o /dev/null`]).catch(() => undefined);
  }
  for (const [width, dark] of [
    [1280, false],
    [390, true],
  ] as const) {
    const { page, complaints } = await visit(chromium, demo, { width, dark });
    await signIn(page, who);
    await page.getByRole('table', { name: 'The most frequent codes' }).waitFor();
    await page.getByRole('link', { name: '1 waits for your decision' }).waitFor();
    await accessible(page);
    await shot(page, `home-${width}`);
    await fits(page);
    const code = page.getByRole('table').getByRole('link').first();
    expect(await code.getAttribute('href')).toContain('/refusals?code=');
    expect(complaints).toEqual([]);
  }
});

test('whoever may change nothing is shown no steps', async () => {
  const who = await account(demo, 'sees@example.com', 'viewer', 'commerce');
  const { page, complaints } = await visit(chromium, demo);
  await signIn(page, who);
  await page.getByRole('heading', { name: 'Refusals' }).waitFor();
  await page.getByRole('link', { name: /services$/ }).waitFor();
  expect(await page.getByRole('heading', { name: 'First steps' }).count()).toBe(0);
  expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
  await accessible(page);
  expect(complaints).toEqual([]);
});
