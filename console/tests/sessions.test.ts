import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  accessible,
  account,
  type Browser,
  browser,
  closeAll,
  fits,
  type Locator,
  shot,
  signIn,
  somebody,
  visit,
} from './harness/browser';
import { curl, type Postern, postern } from './harness/postern';
import { type Provider, provider } from './harness/provider';
import { dialog } from './harness/services';

/** People whom a provider signs in at browsers, and whoever signs them out. */

let at: Postern;
let chromium: Browser;
let outside: Provider;
let owner: { email: string; password: string };

beforeAll(async () => {
  [outside, chromium] = await Promise.all([provider(), browser()]);
  at = await postern({ env: { SSL_CERT_FILE: outside.authority } });
  owner = await account(at, 'owner@example.com', 'owner');
  const made = async (path: string, body: object) =>
    expect((await at.ask('POST', `/api/v1${path}`, body)).status, path).toBe(201);
  await made('/issuers', { id: 'login', issuer: outside.issuer, audiences: ['https://pages.example.com'] });
  await made('/apps', { id: 'web', tenant: 'commerce' });
  await made('/credentials', {
    id: 'key_7f3k9m2p5q8r1s4t',
    app: 'web',
    client: { issuer: 'login', id: 'pages' },
  });
  await made('/services', {
    id: 'pages',
    tenant: 'commerce',
    base_path: '/pages',
    authentication: { api_key: {}, subscription: false },
    versions: { v1: { upstream: 'shop', operations: { all: { methods: ['GET'], path: '/things' } } } },
  });
});
afterEach(() => closeAll(chromium));
afterAll(async () => {
  await chromium?.close();
  await at?.end();
  await outside?.end();
});

/** Signs a person in at a browser of theirs; the cookie that says so. */
async function signedIn(sub: string): Promise<string> {
  await outside.vouches({ sub });
  const { context, page } = await visit(chromium, at);
  const response = await page.goto(`${at.gateway}/pages/things`);
  expect(response?.status(), await page.content()).toBe(200);
  const cookie = (await context.cookies(at.gateway)).find((one) => one.name.includes('postern_session'));
  return `${cookie?.name}=${cookie?.value}`;
}

/** How a request with a cookie is answered. */
const asked = (cookie: string) => curl(`curl ${at.gateway}/pages/things -H 'Cookie: ${cookie}'`);

test('a service has people signed in; they are seen, signed out, and told why', async () => {
  const { page, complaints } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto('/sessions');
  await page.getByText('Nobody is signed in').waitFor();
  await accessible(page);

  await page.goto('/services/pages?tab=ways');
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  const form = dialog(page);
  await form.getByRole('checkbox', { name: 'Session of a browser' }).check();
  await form.getByRole('combobox', { name: 'Who signs people in' }).fill('login');
  await page.getByRole('option', { name: /login/ }).click();
  await form.getByRole('textbox', { name: 'What the service is called there' }).fill('pages');
  await accessible(page);
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByText('pages asks its callers for that now.').waitFor();

  const lin = await signedIn('lin');
  const kim = await signedIn('kim');
  expect((await asked(lin)).status).toBe(200);
  await page.goto('/services/pages?tab=ways');
  await page.getByRole('link', { name: 'Who is signed in' }).click();
  await page.waitForURL(/\/sessions\?service=pages/);
  const table = page.getByRole('table', { name: 'Browser sessions' });
  await table.getByText('lin').first().waitFor();
  await table.getByText('kim').first().waitFor();
  await accessible(page);
  await shot(page, 'sessions');
  await page.setViewportSize({ width: 390, height: 900 });
  await shot(page, 'sessions-narrow');
  await fits(page);
  await page.setViewportSize({ width: 1280, height: 900 });

  await page.getByRole('searchbox', { name: 'Person' }).fill('lin');
  await page.waitForURL(/user=lin/);
  await expect.poll(() => table.getByText('kim').count()).toBe(0);
  await page.getByRole('button', { name: 'Sign out: lin, pages' }).click();
  await dialog(page).getByRole('button', { name: 'Sign out' }).click();
  await dialog(page).getByText('the comment is missing').waitFor();
  await dialog(page).getByLabel('Comment').fill('The laptop was stolen');
  await accessible(page);
  await shot(page, 'sessions-sign-out');
  await dialog(page).getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('1 session has ended.').waitFor();
  await page.getByText('Nobody like that is signed in').waitFor();
  await expect.poll(async () => (await asked(lin)).status, { timeout: 5000 }).toBe(401);
  const refused = await asked(lin);
  expect(refused.text).toContain('The laptop was stolen');
  expect((await asked(kim)).status).toBe(200);
  await page.goto(`/requests/${refused.id}`);
  await page.getByText('session.invalid').first().waitFor();

  await page.goto('/sessions?service=pages');
  await page.getByRole('button', { name: 'Sign all of these out' }).click();
  await dialog(page).getByText('the service pages').waitFor();
  await dialog(page).getByLabel('Comment').fill('The provider was broken into');
  await dialog(page).getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('1 session has ended.').first().waitFor();
  await expect.poll(async () => (await asked(kim)).status, { timeout: 5000 }).toBe(401);
  expect(complaints).toEqual([]);
});

test('the form says which scopes, which cookie, and where whoever signs out goes', async () => {
  const v1 = { upstream: 'shop', operations: { all: { methods: ['GET'], path: '/things' } } };
  const halls = {
    id: 'halls',
    tenant: 'commerce',
    base_path: '/halls',
    authentication: { session: { issuer: 'login', client_id: 'pages' }, subscription: false },
    versions: { v1 },
  };
  expect((await at.ask('POST', '/api/v1/services', halls)).status).toBe(201);
  const said = async () =>
    ((await at.ask('GET', '/api/v1/services/halls')).body as { authentication: object }).authentication;
  const { page, complaints } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto('/services/halls?tab=ways');
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  const form = dialog(page);
  await form.getByRole('button', { name: 'More: scopes, cookie, after signing out' }).click();
  await form.getByLabel('Scopes that the provider is asked for').first().fill('email');
  await page.keyboard.press('Enter');
  const name = form.getByRole('textbox', { name: 'Name of the cookie' });
  const after = form.getByRole('textbox', { name: 'Page after signing out' });
  await name.fill('__Host-halls');
  await form.getByRole('checkbox', { name: 'only from pages of its own site' }).check();
  await after.fill('//elsewhere.example.com');
  await form.getByRole('button', { name: 'Save' }).click();
  // What the API says of a field stands beside it.
  for (const field of [name, after]) await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
  await accessible(page);
  await shot(page, 'sessions-form-wrong');
  await name.fill('halls');
  await after.fill('/halls/things?left=1');
  // A command has the cookie already that would be asked for.
  await form.getByText('halls=YOUR-SESSION').waitFor();
  await page.setViewportSize({ width: 390, height: 900 });
  await fits(page);
  await shot(page, 'sessions-form-narrow');
  await page.setViewportSize({ width: 1280, height: 900 });
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByText('halls asks its callers for that now.').waitFor();
  expect(await said()).toMatchObject({
    session: {
      issuer: 'login',
      client_id: 'pages',
      scopes: ['profile', 'email'],
      cookie: { name: 'halls', same_site: 'strict' },
      after_sign_out: '/halls/things?left=1',
    },
  });

  await outside.vouches({ sub: 'ann' });
  const browsing = await visit(chromium, at);
  const asked = browsing.page.waitForRequest((request) => request.url().startsWith(`${outside.issuer}/`));
  await browsing.page.goto(`${at.gateway}/halls/things`);
  expect(new URL((await asked).url()).searchParams.get('scope')).toBe('openid profile email');
  const cookie = async () =>
    (await browsing.context.cookies(at.gateway)).find((one) => one.name === 'halls')?.sameSite;
  await expect.poll(cookie).toBe('Strict');
  const left = await browsing.page.request.post(`${at.gateway}/.well-known/postern/session/sign-out`, {
    headers: { origin: at.gateway },
  });
  expect(await left.text()).toContain(encodeURIComponent('/halls/things?left=1'));

  // What is emptied is as usual again, and what was said stands open.
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await name.fill('');
  await form.getByRole('checkbox', { name: 'only from pages of its own site' }).uncheck();
  await after.fill('');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => JSON.stringify(await said())).not.toContain('cookie');
  expect(JSON.stringify(await said())).not.toContain('after_sign_out');
  expect(complaints).toEqual([]);
});

/** In how many pieces a text stands on a page, and how large it is. */
const drawn = (of: Locator) =>
  of.evaluate((one) => ({
    pieces: one.getClientRects().length,
    size: Number.parseFloat(getComputedStyle(one).fontSize),
  }));

test('an address stays in one piece however narrow its column is, and what is cut says so quietly', async () => {
  await signedIn(`somebody with a name ${'that is long '.repeat(8)}`);
  const { page, complaints } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto('/sessions?service=pages');
  const table = page.getByRole('table', { name: 'Browser sessions' });
  const [name, more] = [
    table.getByText(/^somebody with a name/).first(),
    table.getByRole('button', { name: /^Show more/ }).first(),
  ];
  for (const width of [1280, 1000, 800, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await name.waitFor();
    for (const address of ['127.0.0.1', new URL(at.gateway).host]) {
      const shown = table.getByText(address, { exact: true }).first();
      expect((await drawn(shown)).pieces, `${address} at ${width}`).toBe(1);
    }
    expect((await drawn(more)).size).toBeLessThan((await drawn(name)).size);
    await fits(page);
    await shot(page, `sessions-${width}`);
  }
  expect(complaints).toEqual([]);
});

test('whoever may only look sees who is signed in, and a tenant its own', async () => {
  await signedIn('max');
  const viewer = await somebody(chromium, at, 'viewer', 'commerce', { width: 390, dark: true });
  await viewer.page.goto('/sessions');
  await viewer.page.getByText('max').first().waitFor();
  expect(await viewer.page.getByRole('main').getByRole('button', { name: /^Sign/ }).count()).toBe(0);
  await fits(viewer.page);
  await accessible(viewer.page);
  const other = await somebody(chromium, at, 'viewer', 'fieldwork');
  await other.page.goto('/sessions');
  await other.page.getByText('Nobody is signed in').waitFor();
  expect([...viewer.complaints, ...other.complaints]).toEqual([]);
});
