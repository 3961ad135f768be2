import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  accessible,
  type Browser,
  browser,
  closeAll,
  fits,
  type Page,
  shot,
  somebody,
} from './harness/browser';
import { curl, type Postern, postern } from './harness/postern';

let at: Postern;
let chromium: Browser;

beforeAll(async () => {
  [at, chromium] = await Promise.all([postern(), browser()]);
  // What was refused lately has something to show.
  for (const one of at.scenarios.filter((one) => one.name.startsWith('subscription'))) await curl(one.curl);
});
afterEach(() => closeAll(chromium));
afterAll(async () => {
  await chromium?.close();
  await at?.end();
});

type Document = Record<string, unknown> & { id: string };

async function got<T = Document>(path: string): Promise<T> {
  const { status, body } = await at.ask('GET', `/api/v1${path}`);
  expect(status, path).toBe(200);
  return body;
}

/** Changes a document behind the back of whoever looks at it. */
async function patch(path: string, body: object): Promise<void> {
  const response = await fetch(`${at.admin}/api/v1${path}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
}

const as = (role: string, tenant?: string, options?: { width?: number; dark?: boolean }) =>
  somebody(chromium, at, role, tenant, options);

const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name }).waitFor();

test('a developer creates an app, asks for a service, and makes a key that passes', async () => {
  const { page, complaints } = await as('developer', 'fieldwork');
  await page.getByRole('link', { name: 'Apps and keys' }).click();
  await page.getByRole('table').getByRole('link', { name: 'fieldforce' }).waitFor();
  await expect(
    page.getByRole('table').getByRole('link', { name: 'shop', exact: true }).count(),
  ).resolves.toBe(0);
  await accessible(page);
  await shot(page, 'apps');

  await page.getByRole('button', { name: 'Create an app' }).click();
  const create = page.getByRole('dialog', { name: 'Create an app' });
  await create.getByLabel('Id').fill('roadmap');
  await create.getByLabel('Title').fill('Road <b>map</b>');
  await create.getByLabel('Contact').fill('lin@fieldwork.example');
  await accessible(page);
  await shot(page, 'apps-create');
  await create.getByRole('button', { name: 'Create' }).click();
  await heading(page, 'App roadmap');
  expect(await got('/apps/roadmap')).toMatchObject({ tenant: 'fieldwork', title: 'Road <b>map</b>' });

  await page.getByRole('button', { name: 'Request a subscription' }).click();
  const request = page.getByRole('dialog', { name: 'Request a subscription for roadmap' });
  await request.getByRole('combobox', { name: 'Service' }).click();
  await page.getByRole('option', { name: 'users' }).click();
  await request.getByLabel('What for').fill('People are looked up on the road');
  await request.getByText('It will wait until commerce decides.').waitFor();
  await accessible(page);
  await shot(page, 'app-request');
  await request.getByRole('button', { name: 'Request' }).click();
  await page.getByRole('table', { name: 'Subscriptions' }).getByText('Waiting').waitFor();
  const [waiting] = (await got<{ items: Document[] }>('/subscriptions?app=roadmap')).items;
  expect(waiting).toMatchObject({ state: 'pending', service: 'users', plan: 'standard' });
  await at.ask('POST', `/api/v1/subscriptions/${waiting?.id}/approve`, { comment: 'Welcome' });
  await page.reload();
  await page.getByRole('table', { name: 'Subscriptions' }).getByText('Approved').waitFor();

  await page.getByRole('button', { name: 'Create a key' }).click();
  const key = page.getByRole('dialog', { name: 'Create a key for roadmap' });
  await key.getByLabel('Title').fill('Van 7');
  await key.getByRole('radiogroup', { name: 'Scopes' }).getByLabel('Only these').check();
  await key.getByLabel('write:users').uncheck();
  await key.getByLabel('Only from these addresses').fill('127.0.0.1\n\n10.0.0.0/8\n');
  await key.getByLabel('GET').check();
  await key.getByLabel('Expires').fill('2030-01-31T12:00');
  await accessible(page);
  await shot(page, 'app-key-create');
  await key.getByRole('button', { name: 'Create the key' }).click();
  const secret = page.getByRole('dialog', { name: /was created/ });
  await secret.getByRole('region', { name: 'curl command' }).waitFor();
  // Postern knows where its gateway is.
  expect(await secret.getByRole('textbox').count()).toBe(0);
  await accessible(page);
  await shot(page, 'app-key-secret');
  await secret.getByRole('button', { name: 'Copy curl command' }).click();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  expect(command).toContain(`${at.gateway}/v1/users`);
  expect((await curl(command)).status).toBe(200);
  await secret.getByLabel('I have kept it').check();
  await secret.getByRole('button', { name: 'Close' }).click();
  const [made] = (await got<{ items: Document[] }>('/credentials?app=roadmap')).items;
  expect(made).toMatchObject({
    title: 'Van 7',
    scopes: ['read:users'],
    expires_at: '2030-01-31T11:00:00Z',
    restricted_to: { addresses: ['127.0.0.1', '10.0.0.0/8'], methods: ['GET'] },
  });
  await page.getByRole('table', { name: 'What it may call' }).getByText('list-users').waitFor();
  expect(complaints).toEqual([]);
});

test('a key is rotated with an overlap, and revoked with a reason', async () => {
  const { page, complaints } = await as('owner');
  const { body } = await at.ask('POST', '/api/v1/apps/shop/keys', { title: 'Till' });
  const { id, secret } = body as { id: string; secret: string };
  const url = `${at.gateway}/v1/users`;
  expect((await curl(`curl ${url} -H 'X-API-Key: ${secret}'`)).status).toBe(200);
  // The log takes a moment to know of the request.
  const calls = () => got<{ items: unknown[] }>(`/calls?credential=${id}`).then(({ items }) => items);
  await expect.poll(calls, { timeout: 10_000 }).toHaveLength(1);
  await page.goto('/apps/shop');
  await heading(page, 'App shop');
  const row = page.getByRole('row').filter({ hasText: id });
  await row.getByRole('link', { name: /now|sec/ }).waitFor();
  await row.getByRole('button', { name: 'Rotate' }).click();
  const rotate = page.getByRole('dialog', { name: `Rotate ${id}` });
  await rotate.getByLabel('The old key stays good for').selectOption('7 days');
  await accessible(page);
  await shot(page, 'key-rotate');
  await rotate.getByRole('button', { name: 'Create the new key' }).click();
  const shown = page.getByRole('dialog', { name: /was created/ });
  const fresh = await shown.getByRole('region', { name: /^secret of/ }).textContent();
  expect((await curl(`curl ${url} -H 'X-API-Key: ${fresh}'`)).status).toBe(200);
  await shown.getByLabel('I have kept it').check();
  await shown.getByRole('button', { name: 'Close' }).click();
  const old = await got(`/credentials/${id}`);
  const days = (Date.parse(String(old.expires_at)) - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(7);

  await row.getByRole('link', { name: id }).click();
  await heading(page, `Key ${id}`);
  await page.getByText('Ends soon').waitFor();
  await page.getByRole('button', { name: 'Revoke' }).click();
  const revoke = page.getByRole('dialog', { name: `Revoke ${id}` });
  await revoke.getByRole('button', { name: 'Revoke the key' }).click();
  await revoke.getByText('Say why: the comment is missing.').waitFor();
  await revoke.getByLabel('Comment').fill('It was found in a log');
  await accessible(page);
  await shot(page, 'key-revoke');
  await revoke.getByRole('button', { name: 'Revoke the key' }).click();
  await page.getByText('Revoked', { exact: true }).first().waitFor();
  await page.getByText('It was found in a log').first().waitFor();
  await revoke.waitFor({ state: 'hidden' });
  await expect(page.getByRole('button', { name: /Edit|Rotate|Revoke/ }).count()).resolves.toBe(0);
  await accessible(page);
  await shot(page, 'key-revoked');
  expect((await curl(`curl ${url} -H 'X-API-Key: ${secret}'`)).status).toBe(401);
  // What other keys of the app were refused is not here.
  await page.reload();
  const refused = page.getByRole('table', { name: 'Refused lately' });
  await refused.getByText('credential.revoked').waitFor();
  expect(await refused.getByRole('row').count()).toBe(2);
  expect(await page.getByRole('link', { name: 'All refusals of the key' }).getAttribute('href')).toContain(
    `credential=${id}`,
  );
  expect(complaints).toEqual([]);
});

test('who edits a key that somebody else changed meanwhile sees both, and decides', async () => {
  const { page, complaints } = await as('owner');
  const { body } = await at.ask('POST', '/api/v1/apps/shop/keys', { title: 'Till' });
  const { id } = body as { id: string };
  await page.goto(`/credentials/${id}`);
  await heading(page, `Key ${id}`);
  await page.getByRole('button', { name: 'Edit' }).click();
  const edit = page.getByRole('dialog', { name: `Edit ${id}` });
  await edit.getByLabel('Title').fill('Till at the door');
  await edit.getByLabel('Expires').fill('2031-06-30T12:00');
  await patch(`/credentials/${id}`, { title: 'Till in the cellar', restricted_to: { methods: ['GET'] } });
  await shot(page, 'key-edit');
  await accessible(page);
  await edit.getByRole('button', { name: 'Save' }).click();
  const conflict = page.getByRole('dialog', { name: 'Somebody else changed this meanwhile' });
  await conflict.getByRole('region', { name: 'As it is now' }).getByText('Till in the cellar').waitFor();
  await conflict.getByRole('region', { name: 'Yours' }).getByText('Till at the door').waitFor();
  await accessible(page);
  await shot(page, 'key-conflict');
  await conflict.getByRole('button', { name: 'Save mine over it' }).click();
  await conflict.waitFor({ state: 'detached' });
  await page.getByText('Till at the door').waitFor();
  expect(await got(`/credentials/${id}`)).toMatchObject({
    title: 'Till at the door',
    expires_at: '2031-06-30T10:00:00Z',
    restricted_to: { methods: ['GET'] },
  });
  expect(complaints).toEqual([]);
});

test('a key carries some of the access roles of its app, in another environment', async () => {
  for (const id of ['reader', 'writer']) {
    const role = { id, tenant: 'operations', allows: [{ service: 'admin' }] };
    expect((await at.ask('POST', '/api/v1/access-roles', role)).status).toBe(201);
  }
  // An environment without a host that is a name: nobody but people can tell its address.
  const trial = { id: 'trial', hosts: ['*.trial.localhost'] };
  expect((await at.ask('POST', '/api/v1/environments', trial)).status).toBe(201);
  const { page, complaints } = await as('admin', 'operations');
  await page.goto('/apps/build');
  // Whoever owns the roles gives them to the app.
  await page.getByRole('button', { name: 'Edit…' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit app build' });
  const roles = edit.getByRole('combobox', { name: 'Access roles' });
  await roles.click();
  for (const name of ['reader', 'writer']) await page.getByRole('option', { name }).click();
  await page.keyboard.press('Tab');
  await page.getByRole('option').first().waitFor({ state: 'hidden' });
  await accessible(page);
  await shot(page, 'app-roles');
  await edit.getByRole('button', { name: 'Save' }).click();
  await edit.waitFor({ state: 'detached' });
  await page.getByRole('region', { name: 'What it is' }).getByText('reader').waitFor();
  expect(await got('/apps/build')).toMatchObject({ access_roles: ['reader', 'writer'] });
  await page.getByRole('button', { name: 'Create a key' }).click();
  const key = page.getByRole('dialog', { name: 'Create a key for build' });
  await key.getByLabel('Environment').selectOption('trial');
  await key.getByRole('radiogroup', { name: 'Access roles' }).getByLabel('Only these').check();
  await key.getByLabel('writer').uncheck();
  await key.getByRole('button', { name: 'Create the key' }).click();
  const shown = page.getByRole('dialog', { name: /was created/ });
  await shown.getByRole('region', { name: /^secret of/ }).waitFor();
  const { items } = await got<{ items: Document[] }>('/credentials?app=build&environment=trial');
  expect(items).toMatchObject([{ access_roles: ['reader'], environment: 'trial' }]);
  const address = shown.getByLabel('Address of the gateway in trial');
  await address.fill('one.trial.localhost');
  await shown.getByText('Put an address here').waitFor();
  expect(await shown.getByRole('region', { name: 'curl command' }).count()).toBe(0);
  await accessible(page);
  await shot(page, 'app-key-address');
  await address.fill(at.gateway.replace('127.0.0.1', 'one.trial.localhost'));
  const command = await shown.getByRole('region', { name: 'curl command' }).textContent();
  // The key is good there: it comes as far as the list of addresses.
  expect((await curl(command ?? '')).text).toContain('network.address_not_allowed');
  expect(complaints).toEqual([]);
});

test('an expired key is extended from the list of its app', async () => {
  const { page, complaints } = await as('developer', 'commerce');
  await page.goto('/apps/shop');
  const row = page.getByRole('row').filter({ hasText: 'Expired' });
  const id = (await row.getByRole('link', { name: /^key_/ }).textContent()) ?? '';
  await row.getByRole('button', { name: 'Extend' }).click();
  const edit = page.getByRole('dialog', { name: `Edit ${id}` });
  await edit.getByLabel('Expires').fill('2033-01-31T12:00');
  await edit.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => (await got(`/credentials/${id}`)).expires_at).toBe('2033-01-31T11:00:00Z');
  await page.getByRole('row').filter({ hasText: id }).getByText('Active').waitFor();
  await shot(page, 'app');
  expect(complaints).toEqual([]);
});

test('an app is edited, suspended, and let go on by undoing that', async () => {
  const { page, complaints } = await as('owner');
  await page.goto('/apps/newcomer');
  await heading(page, 'App newcomer');
  await page.getByRole('button', { name: 'Edit…' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit app newcomer' });
  const hostile = `<script>alert(1)</script>\u202eevil`;
  await edit.getByLabel('Contact').fill(hostile);
  await edit.getByLabel('What it is for').fill('long '.repeat(2000).trim());
  await edit.getByRole('button', { name: 'Save' }).click();
  await page.getByText('U+202E').waitFor();
  await page.getByRole('button', { name: /Show more/ }).waitFor();
  expect(await got('/apps/newcomer')).toMatchObject({ contact: hostile });
  await accessible(page);
  await page.getByRole('button', { name: 'Suspend' }).click();
  const suspend = page.getByRole('dialog', { name: 'Suspend app newcomer' });
  await suspend.getByLabel('Comment').fill('It calls too much');
  await accessible(page);
  await suspend.getByRole('button', { name: 'Suspend' }).click();
  await page.getByText('Suspended', { exact: true }).waitFor();
  expect(await got('/apps/newcomer')).toMatchObject({ state: 'suspended', reason: 'It calls too much' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('region', { name: 'What it is' }).getByText('Active').waitFor();
  expect((await got('/apps/newcomer')).suspended_at).toBeUndefined();
  await shot(page, 'app-hostile');
  expect(complaints).toEqual([]);
});

test('apps are found by a phrase and a tenant, and the link says both', async () => {
  const { page, complaints } = await as('owner');
  await page.goto('/apps');
  await page.getByRole('link', { name: 'shop', exact: true }).waitFor();
  await page.getByLabel('Search', { exact: true }).fill('fie');
  await page.waitForURL(/q=fie/);
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  await page.getByLabel('Search', { exact: true }).fill('');
  await page.getByRole('combobox', { name: 'Tenant' }).click();
  await page.getByRole('option', { name: 'Commerce (commerce)' }).click();
  await page.waitForURL(/tenant=commerce/);
  await expect.poll(() => page.getByRole('link', { name: 'fieldforce' }).count()).toBe(0);
  await page.getByRole('link', { name: 'shop', exact: true }).waitFor();
  await accessible(page);
  await page.goto('/apps?q=nothing-is-called-that');
  await page.getByText('No app is like that').waitFor();
  await accessible(page);
  expect(complaints).toEqual([]);
});

test('a viewer sees an app whole and no button; the page of another tenant is not there', async () => {
  const { page, complaints } = await as('viewer', 'fieldwork', { width: 390, dark: true });
  await page.goto('/apps');
  await page.getByRole('link', { name: 'fieldforce' }).waitFor();
  await expect(
    page
      .getByRole('main')
      .getByRole('button', { name: /Create/ })
      .count(),
  ).resolves.toBe(0);
  await accessible(page);
  await shot(page, 'apps-narrow-dark');
  await page.goto('/apps/fieldforce');
  await page.getByRole('table', { name: 'Keys and other credentials' }).waitFor();
  await page.getByRole('table', { name: 'Refused lately' }).getByText('subscription.pending').waitFor();
  await page.getByRole('table', { name: 'What it may call' }).waitFor();
  await expect(page.getByRole('main').getByRole('button').count()).resolves.toBe(0);
  await fits(page);
  await accessible(page);
  await shot(page, 'app-narrow-dark');
  await page
    .getByRole('table', { name: 'Keys and other credentials' })
    .getByRole('link', { name: /^key_/ })
    .first()
    .click();
  await heading(page, /^Key key_/);
  await page.getByRole('region', { name: 'Restrictions' }).waitFor();
  // A request to send is for everybody to copy, and is all that there is to do.
  await page.getByRole('button', { name: 'Copy curl command' }).waitFor();
  await expect(page.getByRole('main').getByRole('button').count()).resolves.toBe(1);
  await accessible(page);
  await shot(page, 'key-narrow-dark');
  await page.goto('/apps/shop');
  await page.getByRole('alert').getByText('resource.not_found').waitFor();
  expect(complaints).toEqual([]);
});
