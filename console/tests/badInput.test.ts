import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  accessible,
  account,
  type Browser,
  browser,
  type Page,
  shot,
  signIn,
  visit,
} from './harness/browser';
import { curl, type Postern, postern } from './harness/postern';

let at: Postern;
let chromium: Browser;
let owner: { email: string; password: string };

beforeAll(async () => {
  [at, chromium] = await Promise.all([postern(), browser()]);
  owner = await account(at, 'owner@example.com', 'owner');
});
afterAll(async () => {
  await chromium?.close();
  await at?.end();
});

/** What somebody may write who means harm: a script, marks that turn the direction, a lot of it. */
const SCRIPT = '<script>window.__hacked=1</script><img src=x onerror="window.__hacked=1">';
const TURNED = '\u202Egnp.exe\u2066';
const LONG = 'x'.repeat(10_000);

/** Nothing of it ran, and nothing of it made the page wider than the window. */
async function harmless(page: Page, width: number): Promise<void> {
  expect(await page.evaluate(() => (globalThis as { __hacked?: number }).__hacked)).toBeUndefined();
  expect(await page.locator('main img[src="x"], main script').count()).toBe(0);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide, page.url()).toBeLessThanOrEqual(width);
}

test('a session ends while a form is full: sign in, the form is still there, and it is sent', async () => {
  const { page, complaints } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto('/users');
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  const form = page.getByRole('dialog', { name: 'Invite somebody' });
  await form.getByLabel('E-mail address').fill('kim@example.com');
  await form.getByRole('combobox', { name: 'Roles' }).click();
  await page.getByRole('option', { name: /^viewer/ }).click();
  await page.keyboard.press('Tab');
  await page.evaluate(async () => {
    const { items } = await (await fetch('/api/v1/me/sessions')).json();
    const current = items.find((one: { current: boolean }) => one.current);
    await fetch(`/api/v1/me/sessions/${current.id}`, { method: 'DELETE' });
  });
  await form.getByRole('button', { name: 'Invite', exact: true }).click();
  const over = page.getByRole('dialog', { name: 'Your session is over' });
  await over.waitFor();
  await accessible(page);
  await shot(page, 'bad-expired');
  await page.keyboard.press('Escape');
  await over.getByRole('textbox', { name: 'Password' }).fill('wrong');
  await over.getByRole('button', { name: 'Sign in', exact: true }).click();
  await over.getByText('Check name and password').waitFor();
  expect(await form.getByLabel('E-mail address').inputValue()).toBe('kim@example.com');
  await over.getByRole('textbox', { name: 'Password' }).fill(owner.password);
  await over.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('dialog', { name: 'The invitation of kim@example.com' }).waitFor();
  expect(await over.count()).toBe(0);
  const made = await at.ask('GET', '/api/v1/invitations?state=open');
  const { items } = made.body as { items: Array<{ email: string }> };
  expect(items.filter((one) => one.email === 'kim@example.com')).toHaveLength(1);
  expect(complaints).toEqual([]);
});

test('Postern is stopped and comes back: the page says so, and what was typed is sent then', async () => {
  // The demo begins anew when it starts, and nobody is signed in to it then.
  const at = await postern({ empty: true });
  const token = /token=(\S+)/.exec(await at.command('admin-link'))?.[1];
  await fetch(`${at.admin}/api/v1/invitations/accept`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ token, ...owner }),
  });
  const { page } = await visit(chromium, at, { width: 390 });
  await signIn(page, owner);
  await page.goto('/account');
  await page.getByLabel('Your name').fill('Typed before it stopped');
  await at.stop();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').filter({ hasText: 'asked again every two seconds' }).first().waitFor();
  await accessible(page);
  await shot(page, 'bad-away');
  expect(await page.getByLabel('Your name').inputValue()).toBe('Typed before it stopped');
  await at.start();
  await page.getByText('asked again every two seconds').nth(1).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved').waitFor();
  expect(await page.getByText('Postern cannot be reached').count()).toBe(0);
  await at.end();
});

test('hostile names, headers and bodies do no harm on any page', async () => {
  const hostile = `${SCRIPT}${TURNED}`;
  const change = async (method: string, path: string, body: unknown) => {
    const { status, body: told } = await at.ask(method, `/api/v1${path}`, body);
    expect(status, `${path}: ${JSON.stringify(told)}`).toBeLessThan(300);
  };
  // As long as the API lets names be.
  const cut = (text: string, most: number) => text.slice(0, most);
  const title = cut(`${SCRIPT}${LONG}`, 200);
  await change('PATCH', '/apps/shop', { title, description: cut(`${SCRIPT}${LONG}`, 4000) });
  await change('PATCH', '/services/users', { title, capture: { outcomes: 'refused' } });
  await change('POST', '/lists', {
    id: 'hostile',
    tenant: 'commerce',
    comment: cut(hostile, 200),
    entries: [],
  });
  await change('POST', '/apps/shop/keys', { title });
  const who = await account(at, 'hostile@example.com', 'viewer', 'commerce');
  const users = await at.ask('GET', '/api/v1/users?limit=100');
  const { items } = users.body as { items: Array<{ id: string; email: string }> };
  const id = items.find((user) => user.email === who.email)?.id;
  await change('PATCH', `/users/${id}`, { name: cut(hostile, 200) });
  const sent = await curl(
    `curl -X POST '${at.gateway}/v1/users?q=${encodeURIComponent(SCRIPT)}' -H 'X-API-Key: nobody' ` +
      `-H 'User-Agent: ${SCRIPT}' -H 'X-Long: ${LONG.slice(0, 4000)}' --data-binary '${hostile}${LONG}'`,
  );
  for (const [width, dark] of [
    [1280, false],
    [390, true],
  ] as const) {
    const { page, complaints } = await visit(chromium, at, { width, dark });
    await signIn(page, owner);
    for (const path of [
      '/',
      '/users',
      `/users/${id}`,
      '/apps',
      '/apps/shop',
      '/services',
      '/services/users',
      '/lists',
      '/lists/hostile',
      '/refusals',
      `/requests/${sent.id}`,
      '/audit',
      '/approvals',
    ]) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      // Pages that look again and again are never idle for long.
      await page.waitForLoadState('networkidle', { timeout: 2_000 }).catch(() => undefined);
      await harmless(page, width);
      if (path.startsWith('/users')) await shot(page, `bad-${width}${path.replaceAll('/', '-').slice(0, 8)}`);
    }
    await page.goto(`/users/${id}`);
    await page.getByText('U+202E').first().waitFor();
    await accessible(page);
    expect(complaints).toEqual([]);
  }
});
