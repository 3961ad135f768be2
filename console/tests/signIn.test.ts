import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  accessible,
  account,
  type Browser,
  browser,
  closeAll,
  type Page,
  shot,
  visit,
} from './harness/browser';
import { type Postern, postern } from './harness/postern';
import { type Provider, provider } from './harness/provider';

const PASSWORD = 'correct horse battery staple';

let at: Postern;
let chromium: Browser;
let outside: Provider;

beforeAll(async () => {
  [outside, chromium] = await Promise.all([provider(), browser()]);
  at = await postern({ env: { SSL_CERT_FILE: outside.authority } });
  await at.ask('PUT', '/api/v1/identity-providers/local', { title: 'Password', sign_up: 'approval' });
  const made = await at.ask('PUT', '/api/v1/identity-providers/sso', {
    title: 'Single sign-on',
    issuer: outside.issuer,
    client_id: 'postern',
  });
  expect(made.status, JSON.stringify(made)).toBeLessThan(300);
});
afterEach(() => closeAll(chromium));
afterAll(async () => {
  await chromium?.close();
  await at?.end();
  await outside?.end();
});

const fill = async (page: Page, email: string, password: string) => {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
};

/** The path and query of a link that the API made. */
const path = (link: string) => {
  const { pathname, search } = new URL(link);
  return pathname + search;
};

test('an invitation is accepted with a new password; the link is good once', async () => {
  const made = await at.ask('POST', '/api/v1/invitations', {
    email: 'lin@example.com',
    tenant: 'commerce',
    roles: ['developer'],
  });
  const { link } = made.body as { link: string };
  const { page, complaints } = await visit(chromium, at);
  await page.goto(path(link));
  await page.getByText('lin@example.com').waitFor();
  expect(new URL(page.url()).search).toBe('');
  await page.getByText('You are invited to the tenant commerce').waitFor();
  await page.getByLabel('Your name').fill('Lin');
  await page.getByRole('textbox', { name: 'New password' }).fill('short');
  await page.getByText('7 characters are missing.').waitFor();
  expect(await page.getByRole('button', { name: 'Accept the invitation' }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Show what is typed' }).click();
  expect(await page.getByLabel('New password').getAttribute('type')).toBe('text');
  await accessible(page);
  await shot(page, 'accept-invitation');
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Accept the invitation' }).click();
  await page.getByRole('navigation').waitFor();

  await page.goto(path(link));
  await page.getByRole('heading', { name: 'This link cannot be used' }).waitFor();
  await page.getByText('ask whoever gave you the link').waitFor();
  await accessible(page);
  await shot(page, 'accept-used');
  expect(complaints).toEqual([]);
});

test('a link for a new password leads in', async () => {
  await account(at, 'forgot@example.com', 'viewer', 'commerce');
  const users = await at.ask('GET', '/api/v1/users?limit=100');
  const { items } = users.body as { items: Array<{ id: string; email: string }> };
  const id = items.find((user) => user.email === 'forgot@example.com')?.id;
  const made = await at.ask('POST', `/api/v1/users/${id}/password-link`);
  const link = (made.body as { link: string }).link;
  const { page, complaints } = await visit(chromium, at);
  await page.goto(path(link));
  await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
  await page.getByRole('textbox', { name: 'New password' }).fill('another battery, another staple');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByRole('navigation').waitFor();
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to Postern' }).waitFor();
  await fill(page, 'forgot@example.com', 'another battery, another staple');
  await page.getByRole('navigation').waitFor();
  expect(complaints).toEqual([]);
});

test('whoever has no account asks for one', async () => {
  const { page, complaints } = await visit(chromium, at, { dark: true });
  await page.goto('/');
  await page.getByRole('button', { name: 'No account yet?' }).click();
  await page.getByLabel('E-mail address').fill('new@example.com');
  await page.getByLabel('Your name').fill('Nu');
  await page.getByRole('textbox', { name: 'New password' }).fill(PASSWORD);
  await page.getByLabel('Why do you need an account?').fill('To see <b>refusals</b>');
  await accessible(page);
  await shot(page, 'sign-up-dark');
  await page.getByRole('button', { name: 'Ask for an account' }).click();
  await page.getByText('Asked for an account').waitFor();
  await accessible(page);
  const waiting = await at.ask('GET', '/api/v1/users?state=pending');
  const { items } = waiting.body as { items: Array<{ email: string; reason: string }> };
  expect(items.map((user) => user.email)).toEqual(['new@example.com']);
  expect(complaints).toEqual([]);
});

test('an identity provider signs in, and brings back to where one was', async () => {
  await account(at, 'ada@example.com', 'owner');
  await outside.vouches({ sub: '1', email: 'ada@example.com', email_verified: true, name: 'Vouched' });
  const { page, complaints } = await visit(chromium, at);
  await page.goto('/lists?q=blocked');
  await page.getByRole('link', { name: 'Sign in with Single sign-on' }).click();
  await page.getByRole('navigation').waitFor();
  expect(new URL(page.url()).pathname).toBe('/lists');
  expect(new URL(page.url()).search).toBe('?q=blocked');
  expect(complaints).toEqual([]);
});

test('an invitation is accepted with an identity provider, the token is kept meanwhile', async () => {
  await account(at, 'kim@example.com', 'viewer', 'commerce');
  await outside.vouches({ sub: '2', email: 'kim@example.com', email_verified: true, name: 'Vouched' });
  const made = await at.ask('POST', '/api/v1/invitations', {
    email: 'kim@example.com',
    tenant: 'operations',
    roles: ['viewer'],
  });
  const { page, complaints } = await visit(chromium, at);
  await page.goto(path((made.body as { link: string }).link));
  await page.getByLabel('The password of your account').waitFor();
  await accessible(page);
  await page.getByRole('link', { name: 'Sign in with Single sign-on' }).click();
  await page.getByText('You are signed in to this account.').waitFor();
  await page.getByRole('button', { name: 'Accept the invitation' }).click();
  await page.getByRole('navigation').waitFor();
  const who = await page.evaluate(async () => (await fetch('/api/v1/me')).json());
  expect(Object.keys(who.tenants).sort()).toEqual(['commerce', 'operations']);
  expect(await page.evaluate(() => sessionStorage.getItem('token'))).toBeNull();
  expect(complaints).toEqual([]);
});

test('a session that ended goes on when a provider signed in in another window', async () => {
  await account(at, 'ira@example.com', 'owner');
  await outside.vouches({ sub: '3', email: 'ira@example.com', email_verified: true, name: 'Vouched' });
  const { page, context: window, complaints } = await visit(chromium, at);
  await page.goto('/account');
  await page.getByRole('link', { name: 'Sign in with Single sign-on' }).click();
  await page.getByLabel('Your name').fill('Ira, typed before the session ended');
  await window.clearCookies();
  await page.getByRole('button', { name: 'Save' }).click();
  const dialog = page.getByRole('dialog', { name: 'Your session is over' });
  await dialog.waitFor();
  await accessible(page);
  await shot(page, 'expired');
  const opened = window.waitForEvent('page');
  await dialog.getByRole('link', { name: 'Sign in with Single sign-on' }).click();
  const other = await opened;
  if (!other.isClosed())
    await other
      .getByText('Close this window')
      .waitFor()
      .catch(() => undefined);
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Saved').waitFor();
  const who = await page.evaluate(async () => (await fetch('/api/v1/me')).json());
  expect(who.name).toBe('Ira, typed before the session ended');
  expect(complaints).toEqual([]);
});

test('where somebody else signs in, nothing of the first stays', async () => {
  const [one, two] = [
    await account(at, 'one@example.com', 'owner'),
    await account(at, 'two@example.com', 'owner'),
  ];
  const { page, context, complaints } = await visit(chromium, at);
  await page.goto('/account');
  await fill(page, one.email, one.password);
  await page.getByLabel('Your name').fill('typed by one');
  await context.clearCookies();
  await page.getByRole('button', { name: 'Save' }).click();
  const dialog = page.getByRole('dialog', { name: 'Your session is over' });
  await dialog.getByLabel('E-mail address').fill(two.email);
  await dialog.getByRole('textbox', { name: 'Password' }).fill(two.password);
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByLabel('Your name').waitFor();
  expect(await page.getByLabel('Your name').inputValue()).toBe('two');
  expect(complaints).toEqual([]);
});

// The last one: it uses up what this address may try.
test('a wrong password keeps the address; too many say how long to wait', async () => {
  const { page, complaints } = await visit(chromium, at, { width: 390 });
  await page.goto('/apps');
  const refused = page.waitForResponse('**/api/v1/sign-in');
  await fill(page, 'nobody@example.com', 'wrong');
  expect((await refused).status()).toBe(401);
  await page.getByText('Check name and password').waitFor();
  await expect(page.getByLabel('E-mail address').inputValue()).resolves.toBe('nobody@example.com');
  await accessible(page);
  // Somebody tries many passwords at once.
  const attempt = () =>
    fetch(`${at.admin}/api/v1/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify({ email: 'nobody@example.com', password: 'wrong' }),
    });
  const statuses = await Promise.all(Array.from({ length: 25 }, async () => (await attempt()).status));
  expect(statuses).toContain(429);
  const slowed = page.waitForResponse('**/api/v1/sign-in');
  await fill(page, 'nobody@example.com', 'wrong');
  expect((await slowed).status()).toBe(429);
  await page.getByText(/You can try again in \d+ seconds?\./).waitFor();
  expect(await page.getByRole('button', { name: 'Sign in', exact: true }).isDisabled()).toBe(true);
  await accessible(page);
  await shot(page, 'sign-in-slowed');
  const left = Number(/\d+/.exec((await page.getByRole('timer').textContent()) ?? '')?.[0]);
  // It counts down to nothing; then one may try again.
  const now = async () =>
    Number(/\d+/.exec((await page.getByRole('timer').allTextContents()).join())?.[0] ?? 0);
  await expect.poll(now).toBeLessThan(left);
  expect(complaints).toEqual([]);
});
