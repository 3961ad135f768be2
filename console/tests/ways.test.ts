import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { accessible, fits, type Page, shot } from './harness/browser';
import { at, entered, withDemo } from './harness/demo';
import { curl } from './harness/postern';
import { dialog, services } from './harness/services';

let made: ReturnType<typeof services>['made'];
let patched: ReturnType<typeof services>['patched'];
let service: ReturnType<typeof services>['service'];

withDemo();
beforeAll(async () => {
  ({ made, patched, service } = services(at));
  await at.ask('POST', '/api/v1/issuers', {
    id: 'login',
    issuer: 'https://login.example.com',
    audiences: ['api'],
    keys_url: 'http://127.0.0.1:9/keys',
  });
});

/** Opens the form of an operation whose details are shown. */
async function edit(page: Page, operation: string): Promise<void> {
  const details = page.getByRole('region', { name: `What ${operation} asks of callers` });
  await details.getByRole('button', { name: 'Edit', exact: true }).click();
}

/** What the gateway tells somebody who sends no credential. */
async function challenges(path: string): Promise<string[]> {
  const response = await fetch(`${at.gateway}${path}`);
  expect(response.status).toBe(401);
  // Several fields are one with commas between them: each begins with the name of a scheme.
  return (response.headers.get('www-authenticate') ?? '').split(/, (?=[A-Z])/);
}

test('what a service accepts is changed, and what callers send is shown as the gateway has it', async () => {
  await made('doors');
  const { page, complaints } = await entered();
  await page.goto('/services/doors?tab=ways');
  const ways = page.getByRole('region', { name: 'What callers bring' });
  await ways.getByText('API key').first().waitFor();
  await accessible(page);
  await ways.getByRole('button', { name: 'Change' }).click();
  const form = dialog(page);
  await form.getByRole('checkbox', { name: 'Token of an issuer (JWT)' }).check();
  expect(await form.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await form.getByLabel('Issuers whose tokens are accepted').first().fill('login');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await form.getByLabel('Query parameters that the key may stand in').first().fill('key');
  await page.keyboard.press('Enter');
  await form.getByRole('checkbox', { name: 'Their apps need a subscription' }).uncheck();
  await form.getByRole('region', { name: 'What a caller would send: Token of an issuer (JWT)' }).waitFor();
  await accessible(page);
  await shot(page, 'ways-edit');
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByText('doors asks its callers for that now.').waitFor();
  expect(await service('doors')).toMatchObject({
    authentication: {
      api_key: { header: 'X-API-Key', query: ['key'] },
      jwt: { issuers: ['login'] },
      subscription: false,
    },
  });
  const shown = ways.getByRole('region', { name: 'What a caller sends' });
  await shown.getByText("'Authorization: Bearer YOUR-TOKEN'").waitFor();
  // What the page says is what the gateway says.
  const told = await challenges('/doors/things');
  expect(told.length).toBe(2);
  for (const one of told) await shown.getByText(one, { exact: true }).waitFor();
  await shot(page, 'ways');

  // An operation chooses, in an order of its own; another lets everybody in.
  await page.goto('/services/doors?tab=operations&version=v1&operation=list');
  await edit(page, 'list');
  await form.getByRole('radio', { name: 'A choice of its own' }).check();
  await form.getByRole('button', { name: 'Ask earlier for: Token of an issuer (JWT)' }).click();
  await accessible(page);
  await shot(page, 'ways-operation');
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByText('list was saved.').waitFor();
  expect((await service('doors')).versions.v1?.operations.list).toMatchObject({
    accepts: ['jwt', 'api_key'],
  });
  expect((await challenges('/doors/things'))[0]).toMatch(/^Bearer /);

  await page.goto('/services/doors?tab=operations&version=v1&operation=old');
  await edit(page, 'old');
  await form.getByRole('radio', { name: 'That, and whoever sends nothing may pass, too' }).check();
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByText('old was saved.').waitFor();
  expect((await service('doors')).versions.v1?.operations.old).toMatchObject({ anonymous: true });
  expect((await fetch(`${at.gateway}/doors/old`)).status).not.toBe(401);
  await page.goto('/services/doors?tab=ways&version=v1');
  const own = page.getByRole('table', { name: 'Operations of their own choice' });
  await own.getByText('Token of an issuer (JWT), API key').waitFor();
  await own.getByText('what the service does, and nothing at all, too').waitFor();
  expect(complaints).toEqual([]);
});

test('signatures and passwords are asked for, with what they have to be like', async () => {
  const operations = { list: { methods: ['GET'], path: '/things' } };
  await made('locks', { versions: { v1: { upstream: 'shop', operations } } });
  const { page, complaints } = await entered();
  await page.goto('/services/locks?tab=ways');
  const ways = page.getByRole('region', { name: 'What callers bring' });
  await ways.getByRole('button', { name: 'Change' }).click();
  const form = dialog(page);
  await form.getByRole('checkbox', { name: 'API key' }).uncheck();
  await form.getByRole('checkbox', { name: 'Signature of the request' }).check();
  await form.getByLabel('What has to be signed').first().fill('x-till');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await form.getByRole('checkbox', { name: 'Each carries a nonce of its own' }).check();
  await form.getByRole('textbox', { name: 'A signature is good for' }).fill('soon');
  await form.getByRole('checkbox', { name: 'Signature by a shared secret (HMAC)' }).check();
  await form.getByRole('checkbox', { name: 'User name and password' }).check();
  await form.getByRole('button', { name: 'Save' }).click();
  // What the API says of a field stands beside it.
  const [age] = await form.getByRole('textbox', { name: 'A signature is good for' }).all();
  await expect.poll(() => age?.getAttribute('aria-invalid')).toBe('true');
  await accessible(page);
  await shot(page, 'ways-signed-wrong');
  await age?.fill('2m');
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByText('locks asks its callers for that now.').waitFor();
  expect(await service('locks')).toMatchObject({
    authentication: {
      signature: {
        components: ['@method', '@authority', '@path', '@query', 'x-till'],
        nonce: 'required',
        max_age: '2m',
      },
      hmac: {},
      basic: {},
    },
  });
  const shown = ways.getByRole('region', { name: 'What a caller sends' });
  const response = await fetch(`${at.gateway}/locks/things`);
  await shown.getByText(response.headers.get('accept-signature') ?? 'none', { exact: true }).waitFor();
  // What fetches by a script is not told of passwords: its browser would ask for one.
  const { text } = await curl(`curl ${at.gateway}/locks/things`);
  const told = [...text.matchAll(/^www-authenticate: (.*?)\r?$/gim)].map(([, value]) => value ?? '');
  expect(told.length).toBe(3);
  for (const one of told) await shown.getByText(one, { exact: true }).first().waitFor();
  await accessible(page);
  await shot(page, 'ways-signed');
  await page.setViewportSize({ width: 390, height: 900 });
  await fits(page);
  await ways.getByRole('button', { name: 'Change' }).click();
  await form.getByRole('checkbox', { name: 'User name and password' }).waitFor();
  await fits(page);
  await shot(page, 'ways-signed-narrow');
  expect(complaints).toEqual([]);
});

/** A token as an issuer signs it (RFC 7519). */
function tokenOf(key: KeyObject, claims: object): string {
  const written = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${written({ alg: 'EdDSA', kid: 'one', typ: 'at+jwt' })}.${written(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

/** The thumbprint of a public key (RFC 7638, RFC 8037). */
function thumbprintOf(key: KeyObject): string {
  const { crv, kty, x } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}

test('a token that is bound to a key comes with a proof, and is no good without', async () => {
  const [issuer, client] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
  const directory = mkdtempSync(join(tmpdir(), 'postern-bound-'));
  const keys = { keys: [{ ...issuer.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'EdDSA' }] };
  writeFileSync(join(directory, 'keys.json'), JSON.stringify(keys));
  writeFileSync(join(directory, 'private.pem'), client.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const iss = 'https://bound.example.com';
  const post = async (path: string, body: object) =>
    expect((await at.ask('POST', `/api/v1${path}`, body)).status, path).toBe(201);
  await post('/issuers', {
    id: 'bound',
    issuer: iss,
    audiences: ['api'],
    keys_file: join(directory, 'keys.json'),
  });
  await post('/apps', { id: 'bound', tenant: 'commerce' });
  const named = { id: 'key_7f3k9m2p5q8r1s4t', app: 'bound', client: { issuer: 'bound', id: 'till-7' } };
  await post('/credentials', named);
  const operations = { list: { methods: ['GET'], path: '/things' } };
  await made('proofs', {
    authentication: { api_key: {}, subscription: false },
    versions: { v1: { upstream: 'shop', operations } },
  });
  const { page, complaints } = await entered();
  await page.goto('/services/proofs?tab=ways');
  const ways = page.getByRole('region', { name: 'What callers bring' });
  await ways.getByRole('button', { name: 'Change' }).click();
  const form = dialog(page);
  await form.getByRole('checkbox', { name: 'API key' }).uncheck();
  await form.getByRole('checkbox', { name: 'Token of an issuer (JWT)' }).check();
  await form.getByLabel('Issuers whose tokens are accepted').first().fill('bound');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await form.getByRole('checkbox', { name: 'Tokens may be bound to a key' }).check();
  await form.getByRole('checkbox', { name: 'Refuse tokens that are bound to no key' }).check();
  await form.getByRole('textbox', { name: 'A proof is good for' }).fill('1d');
  await form.getByRole('button', { name: 'Save' }).click();
  const age = form.getByRole('textbox', { name: 'A proof is good for' });
  await expect.poll(() => age.getAttribute('aria-invalid')).toBe('true');
  await age.fill('30s');
  await form.getByRole('textbox', { name: 'A proof names a nonce' }).fill('5m');
  await age.focus();
  await accessible(page);
  await shot(page, 'ways-dpop');
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByText('proofs asks its callers for that now.').waitFor();
  expect(await service('proofs')).toMatchObject({
    authentication: { jwt: { issuers: ['bound'], dpop: { required: true, max_age: '30s', nonce: '5m' } } },
  });
  const shown = ways.getByRole('region', { name: 'What a caller sends' });
  const told = await challenges('/proofs/things');
  expect(told.length).toBe(1);
  await shown.getByText(told[0] ?? '', { exact: true }).waitFor();
  await accessible(page);

  const now = Math.floor(Date.now() / 1000);
  const claims = { iss, aud: 'api', client_id: 'till-7', sub: 'lin', iat: now, exp: now + 600 };
  const bound = { ...claims, cnf: { jkt: thumbprintOf(client.publicKey) } };
  const token = tokenOf(issuer.privateKey, bound);
  const command = (await shown.getByRole('region', { name: /bound to a key/ }).textContent()) ?? '';
  const sent = await curl(`cd '${directory}'\n${command.replace('YOUR-TOKEN', token)}`);
  expect(sent.status, sent.text).toBe(200);
  const stolen = await curl(`curl ${at.gateway}/proofs/things -H 'Authorization: Bearer ${token}'`);
  expect(stolen.status).toBe(401);
  await page.goto(`/requests/${stolen.id}`);
  await page.getByText('dpop.proof_missing').first().waitFor();
  expect(complaints).toEqual([]);
});

test('a service is opened to everybody only where that is said, and others’ changes are not lost', async () => {
  // Scopes are asked of somebody who is known: of everybody, none.
  const operations = { list: { methods: ['GET'], path: '/things' } };
  await made('gates', { versions: { v1: { upstream: 'shop', operations } } });
  const { page, complaints } = await entered({ width: 390, dark: true });
  await page.goto('/services/gates?tab=ways');
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  const form = dialog(page);
  await form.getByRole('checkbox', { name: 'Pass the credential on' }).check();
  await fits(page);
  await patched('gates', { authentication: { subscription: false } });
  await form.getByRole('button', { name: 'Save' }).click();
  const conflict = page.getByRole('dialog', { name: 'Somebody else changed this meanwhile' });
  await conflict.getByRole('button', { name: 'Save mine over it' }).click();
  await page.getByText('gates asks its callers for that now.').waitFor();
  expect(await service('gates')).toMatchObject({
    authentication: { forward_credential: true, subscription: false },
  });
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await form.getByRole('radio', { name: 'Everybody, without anything' }).check();
  await form.getByText('From then on, everybody may call it').waitFor();
  await accessible(page);
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Nothing: it is open to everybody').waitFor();
  expect(await service('gates')).not.toHaveProperty('authentication');
  expect(complaints).toEqual([]);
});
