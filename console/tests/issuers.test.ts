import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, fits, shot, somebody } from './harness/browser';
import { at, chromium, entered, withDemo } from './harness/demo';
import { curl } from './harness/postern';
import { dialog, services } from './harness/services';

/** A public key of P-256 that nobody signs with. */
const KEY = {
  kty: 'EC',
  crv: 'P-256',
  kid: 'first',
  alg: 'ES256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};

/** What stands at the address of the keys, and with which status. */
let published: { status: number; keys: object[] };
let web: Server;
let keysAt: string;

withDemo();
beforeAll(async () => {
  published = { status: 200, keys: [KEY] };
  web = createServer((_, response) => {
    response.writeHead(published.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: published.keys }));
  });
  await new Promise<void>((done) => web.listen(0, '127.0.0.1', done));
  keysAt = `http://127.0.0.1:${(web.address() as AddressInfo).port}/keys`;
});
afterAll(() => web.close());

const issuer = async (id: string) =>
  (await at.ask('GET', `/api/v1/issuers/${id}`)).body as Record<string, unknown> & { version: number };

test('an issuer is added, its keys are seen, and a service and a client rely on it', async () => {
  const { made, service } = services(at);
  await made('tokens');
  const { page, complaints } = await entered();
  await page.goto('/issuers');
  await page.getByRole('heading', { name: 'Issuers of tokens', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Add an issuer' }).click();
  const add = dialog(page);
  await add.getByRole('textbox', { name: 'Name' }).fill('login');
  await add.getByRole('textbox', { name: 'Issuer (iss)' }).fill('https://login.example.com/');
  await add.getByText('https://login.example.com/.well-known/openid-configuration').waitFor();
  await add
    .getByRole('textbox', { name: 'Audiences (aud)' })
    .or(add.getByLabel('Audiences (aud)'))
    .first()
    .fill('api');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await add.getByRole('radio', { name: 'At an address (a JWK set)' }).check();
  await add.getByRole('textbox', { name: 'Address of the keys' }).fill(keysAt);
  await add.getByRole('button', { name: 'More: introspection, clocks, algorithms, claims' }).click();
  await add.getByRole('textbox', { name: 'How far its clock may be off' }).fill('tomorrow');
  await accessible(page);
  await shot(page, 'issuer-add');
  await add.getByRole('button', { name: 'Add it' }).click();
  await add.getByRole('alert').getByText('/leeway').waitFor();
  await add.getByRole('textbox', { name: 'How far its clock may be off' }).fill('1m');
  await add.getByRole('button', { name: 'Add it' }).click();

  await page.getByRole('heading', { name: 'Issuer login', level: 1 }).waitFor();
  expect(await issuer('login')).toMatchObject({
    issuer: 'https://login.example.com/',
    audiences: ['api'],
    keys_url: keysAt,
    leeway: '1m',
  });
  const keys = page.getByRole('region', { name: 'Keys' });
  await keys.getByRole('button', { name: 'Fetch now' }).click();
  await keys.getByText('1 key', { exact: true }).waitFor();
  await keys.getByText('first').waitFor();
  await accessible(page);
  await shot(page, 'issuer');

  // The keys are away: the last ones count on, and it is said since when and why.
  published = { status: 503, keys: [] };
  await keys.getByRole('button', { name: 'Fetch now' }).click();
  await keys.getByText('1 key; Failing').waitFor();
  await keys.getByText('answered 503').waitFor();
  await keys.getByText('The last ones count until').waitFor();
  published = { status: 200, keys: [KEY, { ...KEY, kid: 'second' }] };
  await keys.getByRole('button', { name: 'Fetch now' }).click();
  await keys.getByText('2 keys', { exact: true }).waitFor();

  await page.getByRole('button', { name: 'Let a service accept its tokens' }).click();
  await dialog(page).getByRole('combobox', { name: 'Service' }).fill('tokens');
  await page.getByRole('option', { name: 'tokens' }).click();
  await accessible(page);
  await dialog(page).getByRole('button', { name: 'Accept them' }).click();
  await page
    .getByRole('region', { name: 'What relies on it' })
    .getByRole('link', { name: 'tokens' })
    .waitFor();
  expect(await service('tokens')).toMatchObject({
    authentication: { api_key: { header: 'X-API-Key' }, jwt: { issuers: ['login'] } },
  });

  await page.getByRole('button', { name: 'Add a client' }).click();
  await dialog(page).getByRole('textbox', { name: 'Client' }).fill('till-7');
  await dialog(page).getByRole('combobox', { name: 'App' }).fill('fieldforce');
  await page.getByRole('option', { name: /fieldforce/ }).click();
  await accessible(page);
  await shot(page, 'issuer-client');
  await dialog(page).getByRole('button', { name: 'Add it' }).click();
  await page.getByRole('table', { name: 'Clients that are apps' }).getByText('till-7').waitFor();

  // It is in use: what relies on it is named, and it stays.
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog(page).getByText('It can be removed once nothing relies on it any more:').waitFor();
  await dialog(page).getByRole('link', { name: 'tokens' }).waitFor();
  expect(await dialog(page).getByRole('button', { name: 'Remove' }).isDisabled()).toBe(true);
  await accessible(page);
  await page.keyboard.press('Escape');

  // The client's credential has no secret here: nothing to rotate.
  await page
    .getByRole('table', { name: 'Clients that are apps' })
    .getByRole('link', { name: /^key_/ })
    .click();
  await page.getByRole('heading', { name: /^Credential key_/, level: 1 }).waitFor();
  await page.getByText('till-7').waitFor();
  await page.getByRole('button', { name: 'Revoke' }).waitFor();
  expect(await page.getByRole('button', { name: 'Rotate' }).count()).toBe(0);
  await accessible(page);
  expect(complaints).toEqual([]);
});

test('two people edit one issuer, and one that nothing relies on goes and comes back', async () => {
  const added = await at.ask('POST', '/api/v1/issuers', {
    id: 'other',
    issuer: 'https://other.example.com',
    audiences: ['api'],
    keys_url: keysAt,
  });
  expect(added.status).toBe(201);
  const { page, complaints } = await entered({ width: 390, dark: true });
  await page.goto('/issuers?q=other');
  await page.getByRole('link', { name: 'other' }).click();
  await page.getByRole('heading', { name: 'Issuer other', level: 1 }).waitFor();
  await fits(page);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await dialog(page).getByRole('textbox', { name: 'Title' }).fill('Mine');
  const before = await issuer('other');
  const theirs = await fetch(`${at.admin}/api/v1/issuers/other`, {
    method: 'PATCH',
    headers: {
      authorization: `Bearer ${at.token}`,
      'content-type': 'application/merge-patch+json',
      'if-match': `"${before.version}"`,
    },
    body: JSON.stringify({ title: 'Theirs' }),
  });
  expect(theirs.status).toBe(200);
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  const conflict = page.getByRole('dialog', { name: 'Somebody else changed this meanwhile' });
  await conflict.getByText('"title": "Theirs"').waitFor();
  await accessible(page);
  await conflict.getByRole('button', { name: 'Save mine over it' }).click();
  await page.getByText('Issuer other is saved.').waitFor();
  expect(await issuer('other')).toMatchObject({ title: 'Mine', keys_url: keysAt });

  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog(page).getByText('Its tokens are believed no more').waitFor();
  await dialog(page).getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('heading', { name: 'Issuers of tokens', level: 1 }).waitFor();
  expect((await at.ask('GET', '/api/v1/issuers/other')).status).toBe(404);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await at.ask('GET', '/api/v1/issuers/other')).status).toBe(200);
  expect(complaints).toEqual([]);
});

test('whoever may only look is offered nothing of it, and a tenant sees its own', async () => {
  await at.ask('POST', '/api/v1/issuers', {
    id: 'of-commerce',
    tenant: 'commerce',
    issuer: 'https://commerce.example.com',
    audiences: ['api'],
    keys_url: 'http://127.0.0.1:9/keys',
  });
  const { page, complaints } = await somebody(chromium, at, 'viewer', 'commerce');
  await page.goto('/issuers');
  await page.getByRole('link', { name: 'of-commerce' }).click();
  await page.getByRole('heading', { name: 'Issuer of-commerce', level: 1 }).waitFor();
  const keys = page.getByRole('region', { name: 'Keys' });
  await keys.getByText('Cannot be had since').waitFor({ timeout: 20_000 });
  expect(
    await page
      .getByRole('main')
      .getByRole('button', { name: /Fetch|Edit|Remove|Add/ })
      .count(),
  ).toBe(0);
  await page.goto('/issuers/login');
  await page.getByRole('alert').waitFor();
  expect(complaints).toEqual([]);
});

test('the gateway is an issuer itself: a key gets a token, and another key signs', async () => {
  await at.ask('POST', '/api/v1/apps', { id: 'robots', tenant: 'commerce' });
  const { body: key } = await at.ask('POST', '/api/v1/apps/robots/keys', {});
  const { id, secret } = key as { id: string; secret: string };
  const operations = { list: { methods: ['GET'], path: '/things' } };
  const made = await at.ask('POST', '/api/v1/services', {
    id: 'own-tokens',
    tenant: 'commerce',
    base_path: '/own-tokens',
    authentication: { api_key: {}, subscription: false },
    versions: { v1: { upstream: 'shop', operations } },
  });
  expect(made.status).toBe(201);
  const { page, complaints } = await entered();
  await page.goto('/issuers');
  await page.getByRole('button', { name: 'Add an issuer' }).click();
  const form = dialog(page);
  await form.getByRole('textbox', { name: 'Name' }).fill('own');
  await form.getByRole('radio', { name: /^The gateway makes its tokens itself/ }).check();
  const iss = form.getByRole('textbox', { name: 'Issuer (iss)' });
  expect(await iss.inputValue()).toBe(`${at.gateway}/.well-known/postern/issuers/own`);
  await form.getByLabel('Audiences (aud)').first().fill('api');
  await page.keyboard.press('Enter');
  await iss.fill('https://elsewhere.example.com');
  await form.getByRole('textbox', { name: 'A token is good for' }).fill('5m');
  await form.getByRole('button', { name: 'Add it' }).click();
  // What the API says of a field stands beside it.
  await expect.poll(() => iss.getAttribute('aria-invalid')).toBe('true');
  await iss.fill(`${at.gateway}/.well-known/postern/issuers/own`);
  await accessible(page);
  await shot(page, 'issuer-built-in');
  await form.getByRole('button', { name: 'Add it' }).click();
  await page.getByRole('heading', { name: 'Issuer own', level: 1 }).waitFor();
  expect(await issuer('own')).toMatchObject({ built_in: { lifetime: '5m' } });

  await page.getByRole('button', { name: 'Let a service accept its tokens' }).click();
  await dialog(page).getByRole('combobox', { name: 'Service' }).fill('own-tokens');
  await page.getByRole('option', { name: /own-tokens/ }).click();
  await dialog(page).getByRole('button', { name: 'Accept them' }).click();
  await page.getByRole('link', { name: 'own-tokens' }).waitFor();
  const shown = await page.getByRole('region', { name: 'command that gets a token' }).textContent();
  const command = (shown ?? '').replace('YOUR-KEY-ID', id).replace('YOUR-KEY', secret);
  const got = await curl(command);
  expect(got.status, got.text).toBe(200);
  const token = /"access_token":\s*"([^"]+)"/.exec(got.text)?.[1] ?? '';
  const asked = () => curl(`curl ${at.gateway}/own-tokens/things -H 'Authorization: Bearer ${token}'`);
  expect((await asked()).status).toBe(200);

  await page.getByRole('button', { name: 'Sign with a new key' }).click();
  await accessible(page);
  await dialog(page).getByLabel('Comment').fill('Somebody has left');
  await dialog(page).getByRole('button', { name: 'Sign with a new key' }).click();
  await page.getByText('own signs with a new key in a minute.').waitFor();
  await page.getByText('Another key since').waitFor();
  expect(((await issuer('own')) as { built_in?: object }).built_in).toHaveProperty('rotated_at');
  await page.setViewportSize({ width: 390, height: 900 });
  await accessible(page);
  await shot(page, 'issuer-built-in-page');
  await fits(page);

  // What speaks against the key speaks against its tokens.
  await at.ask('POST', `/api/v1/credentials/${id}/revoke`, { reason: 'Found in a log' });
  const over = await asked();
  expect(over.status).toBe(401);
  await page.goto(`/requests/${over.id}`);
  await page.getByText('credential.revoked').first().waitFor();
  expect(complaints).toEqual([]);
});
