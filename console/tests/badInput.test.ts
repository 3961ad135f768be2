import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { accessible, account, fits, type Page, shot, signIn, visit } from './harness/browser';
import { at, chromium, owner, withDemo } from './harness/demo';
import { curl, postern } from './harness/postern';

withDemo();

/** What somebody may write who means harm: a script, marks that turn the direction, a lot of it. */
const SCRIPT = '<script>window.__hacked=1</script><img src=x onerror="window.__hacked=1">';
const TURNED = '\u202Egnp.exe\u2066';
const HOSTILE = `${TURNED}${SCRIPT}`;

/** A text that means harm, as long as the API lets it be: 1,000 characters, and 10,000 of a description. */
const long = (most: number) => HOSTILE.padEnd(most, 'x');

/** It stands on the page as it was written; nothing of it ran, or made the page wider than the window. */
async function harmless(page: Page): Promise<void> {
  const main = page.getByRole('main');
  await main.getByText('<script>window.__hacked=1').first().waitFor();
  await main.getByText('U+202E').first().waitFor();
  await still(page);
}

/** Nothing ran, and nothing is wider than the window. */
async function still(page: Page): Promise<void> {
  expect(await page.evaluate(() => (globalThis as { __hacked?: number }).__hacked)).toBeUndefined();
  expect(await page.locator('img[src="x"], main script').count()).toBe(0);
  await fits(page);
}

test('a session ends while a form is full: sign in, the form is still there, and it is sent', async () => {
  const { page, complaints } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto('/users');
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  const form = page.getByRole('dialog', { name: 'Invite somebody' });
  await form.getByLabel('E-mail address').fill('kim@example.com');
  await form.getByLabel('To the platform').check();
  await form.getByRole('combobox', { name: 'Roles' }).click();
  await page.getByRole('option', { name: /^auditor/ }).click();
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

/** Makes what it says of a kind, or changes what is there. */
async function write(method: string, path: string, body: unknown): Promise<{ id: string }> {
  const { status, body: told } = await at.ask(method, `/api/v1${path}`, body);
  expect(status, `${path}: ${JSON.stringify(told)}`).toBeLessThan(300);
  return told;
}

/** Writes what means harm wherever somebody may write; where each of it is to be seen. */
async function hostileNames(): Promise<string[]> {
  const [title, description] = [long(1_000), long(10_000)];
  const tags = [title];
  await write('PATCH', '/tenants/commerce', { title });
  await write('PATCH', '/apps/shop', { title, description, contact: title, tags });
  const operations = { 'list-users': { title, description: title } };
  await write('PATCH', '/services/users', {
    title,
    description,
    contact: title,
    tags,
    scopes: { 'read:users': title },
    versions: { v1: { description, operations } },
  });
  await write('POST', '/lists', {
    id: 'hostile',
    tenant: 'commerce',
    owner: title,
    comment: title,
    entries: [{ range: '192.0.2.1', comment: title }],
  });
  const key = await write('POST', '/apps/shop/keys', { title });
  const wanted = { app: 'newcomer', service: 'users', plan: 'standard', reason: title };
  const subscription = await write('POST', '/subscription-requests', wanted);
  const change = await write('POST', '/change-requests', {
    comment: title,
    changes: [{ kind: 'app', id: 'shop', patch: { contact: `${title.slice(0, -1)}y` } }],
  });
  const who = await account(at, 'hostile@example.com', 'viewer', 'commerce');
  const users = await at.ask('GET', '/api/v1/users?limit=100');
  const { items } = users.body as { items: Array<{ id: string; email: string }> };
  const id = items.find((user) => user.email === who.email)?.id;
  await write('PATCH', `/users/${id}`, { name: long(200) });
  return [
    '/users',
    `/users/${id}`,
    '/apps',
    '/apps/shop',
    `/credentials/${key.id}`,
    '/services',
    '/services/users',
    '/services/users?tab=operations',
    '/lists',
    '/lists/hostile',
    '/approvals',
    `/subscriptions/${subscription.id}`,
    '/change-requests',
    `/change-requests/${change.id}`,
    '/audit',
  ];
}

test('hostile names, as long as they may be, do no harm on a narrow screen', async () => {
  const paths = await hostileNames();
  const { page, complaints } = await visit(chromium, at, { width: 390, dark: true });
  await signIn(page, owner);
  for (const path of paths) {
    await page.goto(path);
    await harmless(page);
    await shot(page, `bad${path.replaceAll(/\W+/g, '-').slice(0, 20)}`);
  }
  // The whole of it is shown to whoever asks for it.
  await page.goto('/apps/shop');
  const more = page.getByRole('button', { name: /Show more/ });
  await more.first().waitFor();
  for (let left = await more.count(); left > 0; left -= 1) await more.first().click();
  await harmless(page);
  await accessible(page);
  // Names of tenants stand in fields, where nothing can be marked.
  await page.goto('/apps');
  await page.getByRole('combobox', { name: 'Tenant' }).click();
  const option = page.getByRole('option', { name: /commerce/ });
  expect(await option.textContent()).toContain('[U+202E]gnp.exe[U+2066]<script>');
  await still(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /Search/ }).click();
  await page.getByRole('dialog').getByRole('combobox').fill('shop');
  await page
    .getByRole('option', { name: /window.__hacked/ })
    .first()
    .waitFor();
  await still(page);
  await accessible(page);
  expect(complaints).toEqual([]);
});

test('hostile paths, headers and bodies do no harm where refusals are shown', async () => {
  await write('PATCH', '/services/billing', { capture: { outcomes: 'refused' } });
  const key = /pst_\w+/.exec(at.scenarios.find((one) => one.expect_code === 'origin.refused')?.curl ?? '');
  const directory = await mkdtemp(join(tmpdir(), 'postern-bodies-'));
  /** Sends a body to an upstream that refuses, with headers that mean harm; the request's id. */
  const sent = async (body: string | Uint8Array, type: string) => {
    const file = join(directory, 'body');
    await writeFile(file, body);
    const answered = await curl(
      `curl -X POST ${at.gateway}/billing/charges -H 'X-API-Key: ${key}' -H 'Content-Type: ${type}' ` +
        `-H 'User-Agent: ${SCRIPT}' -H 'X-Turned: ${TURNED}' -H 'X-Long: ${'x'.repeat(4_000)}' ` +
        `--data-binary @${file}`,
    );
    expect(answered.status, answered.text).toBe(403);
    return answered.id;
  };
  const text = await sent(`${HOSTILE}\u001b[31m\r\n`.padEnd(8_000, 'y '), 'text/plain');
  // Said to be a text, so that it is kept; what has a zero byte never is.
  const garbled = await sent(
    randomBytes(8_192).map((byte) => byte || 255),
    'text/plain',
  );
  const binary = await sent(new Uint8Array(8_192), 'application/octet-stream');
  await rm(directory, { recursive: true });
  const path = encodeURIComponent(HOSTILE.replaceAll('/', '').padEnd(1_000, 'z'));
  const lost = await curl(`curl '${at.gateway}/${path}'`);
  expect(lost.status).toBe(404);

  const { page, complaints } = await visit(chromium, at, { width: 390 });
  await signIn(page, owner);
  const wire = page.getByText('What passed', { exact: true });
  const from = page.getByRole('region', { name: 'What the caller sent' });
  for (const [id, shown] of [
    [text, 'gnp.exe'],
    [garbled, String.raw`\x??`],
    [binary, 'it is no text'],
  ] as const) {
    await page.goto(`/requests/${id}`);
    await wire.click();
    await from.getByRole('cell', { name: SCRIPT }).waitFor();
    await from.getByRole('cell', { name: 'xxxxxxxx' }).waitFor();
    await from.getByText(shown).last().waitFor();
    if (id === text) await harmless(page);
    await still(page);
    await accessible(page);
    await shot(page, `bad-wire-${shown.replaceAll(/\W/g, '')}`);
  }
  for (const where of [`/requests/${lost.id}`, '/refusals', '/']) {
    await page.goto(where);
    await page
      .getByText(where === '/' ? 'route.not_found' : '%3Cscript%3E')
      .first()
      .waitFor();
    await still(page);
    await shot(page, `bad-lost${where.slice(0, 9).replaceAll('/', '-')}`);
  }
  expect(complaints).toEqual([]);
});
