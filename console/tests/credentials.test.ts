import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, fits, type Page, shot, somebody } from './harness/browser';
import { at, chromium, entered, withDemo } from './harness/demo';
import { curl } from './harness/postern';
import { dialog } from './harness/services';

/** Where keys and certificates of callers are, as commands name them. */
const files = mkdtempSync(join(tmpdir(), 'postern-callers-'));
afterAll(() => rmSync(files, { recursive: true }));

withDemo();
beforeAll(async () => {
  await at.ask('POST', '/api/v1/apps', { id: 'till', tenant: 'commerce', title: 'The tills' });
});

type Credential = Record<string, unknown> & { id: string };

/** A service of one operation that accepts these kinds from every app. */
async function accepting(id: string, authentication: object, method = 'GET', more: object = {}) {
  const { status, body } = await at.ask('POST', '/api/v1/services', {
    id,
    tenant: 'commerce',
    base_path: `/${id}`,
    authentication: { ...authentication, subscription: false },
    versions: { v1: { upstream: 'shop', operations: { only: { methods: [method], path: '/things' } } } },
    ...more,
  });
  expect(status, JSON.stringify(body)).toBe(201);
}

async function credentialsOf(app: string): Promise<Credential[]> {
  return ((await at.ask('GET', `/api/v1/credentials?app=${app}`)).body as { items: Credential[] }).items;
}

/** Runs a command that a page shows, where the files are that it names. */
const run = (command: string) => curl(`cd '${files}'\nexport CURL_CA_BUNDLE='${files}/ca.crt'\n${command}`);

/** Copies a command as a person does. */
async function copied(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Copy curl command' }).click();
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Chooses what is to be added on the page of an app. */
async function adding(page: Page, app: string, kind: string) {
  await page.goto(`/apps/${app}`);
  await page.getByRole('button', { name: 'Add something else' }).click();
  await page.getByRole('menuitem', { name: kind }).click();
  return dialog(page);
}

/** Closes what shows a secret, once it was kept. */
async function kept(page: Page) {
  await dialog(page).getByLabel('I have kept it').check();
  await dialog(page).getByRole('button', { name: 'Close' }).click();
}

/** The page that explains a refusal says this code. */
async function explained(page: Page, id: string, code: string) {
  await page.goto(`/requests/${id}`);
  await page.getByText(code).first().waitFor();
}

const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: files, encoding: 'utf8', stdio: 'pipe' });

test('a user name gets a password that is shown once, and curl passes with it', async () => {
  await accepting('passwords', { basic: {} });
  const { page, complaints } = await entered();
  const form = await adding(page, 'till', 'User name and password');
  const create = form.getByRole('button', { name: 'Create the password' });
  expect(await create.isDisabled()).toBe(true);
  await form.getByRole('textbox', { name: 'User name' }).fill('till:7');
  await form.getByText('Leave out colons and control characters.').waitFor();
  expect(await create.isDisabled()).toBe(true);
  await form.getByRole('textbox', { name: 'User name' }).fill('till-7');
  await form.getByLabel('Title').fill('Till at the door');
  await form.getByLabel('Only from these addresses').fill('127.0.0.0/8');
  await form.getByLabel('Expires').fill('2031-01-31T12:00');
  await accessible(page);
  await shot(page, 'credential-basic');
  await create.click();
  await dialog(page).getByRole('region', { name: 'password of till-7' }).waitFor();
  await accessible(page);
  await shot(page, 'credential-basic-made');
  const command = await copied(page);
  expect((await run(command)).status).toBe(200);
  await kept(page);
  const made = (await credentialsOf('till')).find((one) => one.password);
  expect(made).toMatchObject({
    title: 'Till at the door',
    password: { user: 'till-7' },
    expires_at: '2031-01-31T11:00:00Z',
    restricted_to: { addresses: ['127.0.0.0/8'] },
  });

  // The name is somebody's: the API's own words say so, and the form stays.
  const again = await adding(page, 'till', 'User name and password');
  await again.getByRole('textbox', { name: 'User name' }).fill('till-7');
  await again.getByRole('button', { name: 'Create the password' }).click();
  await again.getByRole('alert').getByText('the name alone finds the credential').waitFor();
  await page.keyboard.press('Escape');

  const wrong = await run(command.replace(/till-7:\w+/, 'till-7:guessed'));
  expect(wrong.status).toBe(401);
  await explained(page, wrong.id, 'credential.wrong_secret');

  // Its page says whose it is and how it is replaced; there is nothing to rotate.
  await page.goto(`/credentials/${made?.id}`);
  await page.getByRole('heading', { level: 1, name: `Credential ${made?.id}` }).waitFor();
  await page.getByText('A name has one password').waitFor();
  await page.getByRole('region', { name: 'A request with it' }).getByText('till-7:YOUR-PASSWORD').waitFor();
  expect(await page.getByRole('button', { name: 'Rotate' }).count()).toBe(0);
  await accessible(page);
  await shot(page, 'credential-basic-page');
  await page.getByRole('button', { name: 'Revoke' }).click();
  await dialog(page).getByLabel('Comment').fill('The till was sold');
  await dialog(page).getByRole('button', { name: 'Revoke the credential' }).click();
  await page.getByText('Revoked', { exact: true }).first().waitFor();
  const over = await run(command);
  expect(over.status).toBe(401);
  await explained(page, over.id, 'credential.revoked');
  expect(complaints).toEqual([]);
});

test('a secret to sign by is shown once, and signs by the command beside it', async () => {
  await accepting('secrets', { hmac: {} }, 'POST');
  const { page, complaints } = await entered({ width: 390, dark: true });
  const form = await adding(page, 'till', 'Signature by a shared secret (HMAC)');
  await fits(page);
  await accessible(page);
  await form.getByRole('button', { name: 'Create the secret' }).click();
  await dialog(page).getByRole('region', { name: 'curl command' }).waitFor();
  await fits(page);
  await accessible(page);
  await shot(page, 'credential-hmac-narrow');
  const command = await copied(page);
  expect((await run(command)).status).toBe(200);
  // What was signed is another request; in the same second, it would be the same signature.
  await page.waitForTimeout(1100);
  const other = await run(command.replace(/--data-raw .*/, "--data-raw '[]'"));
  expect(other.status).toBe(401);
  await kept(page);
  await explained(page, other.id, 'signature.digest_mismatch');
  const made = (await credentialsOf('till')).find((one) => one.signing_key);
  await page.goto('/apps/till');
  const row = page.getByRole('row').filter({ hasText: made?.id ?? '' });
  await row.getByText('Signature by a shared secret (HMAC)').waitFor();
  expect(await row.getByRole('button', { name: /^Rotate/ }).count()).toBe(0);
  await fits(page);
  expect(complaints).toEqual([]);
});

test('a public key is pasted, and requests that its owner signs pass', async () => {
  await accepting('signed', { signature: { nonce: 'required' } });
  openssl('genpkey', '-algorithm', 'ed25519', '-out', 'private.pem');
  const { page, complaints } = await entered();
  const form = await adding(page, 'till', 'Signature of the request');
  await form.getByRole('textbox', { name: 'Public key' }).fill('keys/till.pem');
  await form.getByRole('button', { name: 'Add it' }).click();
  // What the API says of a field stands beside it.
  const field = form.getByRole('textbox', { name: 'Public key' });
  await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
  await field.focus();
  await accessible(page);
  await shot(page, 'credential-public-key-wrong');
  // A private key is nobody else's.
  await field.fill(readFileSync(join(files, 'private.pem'), 'utf8'));
  await form.getByText('it was sent nowhere').waitFor();
  expect(await form.getByRole('button', { name: 'Add it' }).isDisabled()).toBe(true);
  await field.fill(openssl('pkey', '-in', 'private.pem', '-pubout'));
  await form.getByLabel('What signatures call it').fill('till-7');
  await form.getByRole('button', { name: 'Add it' }).click();
  await dialog(page).getByText('With the private key in private.pem').waitFor();
  await accessible(page);
  await shot(page, 'credential-public-key-made');
  const command = await copied(page);
  expect((await run(command)).status).toBe(200);
  await dialog(page).getByRole('button', { name: 'Close' }).click();
  const forged = await run(command.replace('"@method": GET', '"@method": PUT'));
  expect(forged.status).toBe(401);
  await explained(page, forged.id, 'signature.invalid');

  // Every kind of key signs by the command of its credential's page.
  await accepting('other-keys', { signature: {} }, 'POST');
  const kinds: Array<[string, string[]]> = [
    ['key_7f3k9m2p5q8r1s4a', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']],
    ['key_7f3k9m2p5q8r1s4b', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384']],
    ['key_7f3k9m2p5q8r1s4c', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']],
  ];
  await at.ask('POST', '/api/v1/apps', { id: 'signers', tenant: 'commerce' });
  await at.ask('DELETE', '/api/v1/services/signed');
  for (const [id, args] of kinds) {
    openssl('genpkey', ...args, '-out', 'private.pem');
    const public_key = openssl('pkey', '-in', 'private.pem', '-pubout');
    const { status } = await at.ask('POST', '/api/v1/credentials', {
      id,
      app: 'signers',
      signing_key: { public_key },
    });
    expect(status).toBe(201);
    await page.goto(`/credentials/${id}`);
    expect((await run(await copied(page))).status, args.join(' ')).toBe(200);
  }
  expect(complaints).toEqual([]);
});

/** A port that nobody listens on just now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/** Makes an authority, a certificate of it for 127.0.0.1, and one for a caller. */
function certificates() {
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=Tills',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
  );
  const issue = (name: string, subject: string, extensions: string) => {
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      subject,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    );
    writeFileSync(join(files, 'extensions'), extensions);
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      'extensions',
      '-out',
      `${name}.crt`,
    );
  };
  issue('gateway', '/CN=127.0.0.1', 'subjectAltName=IP:127.0.0.1\n');
  issue(
    'client',
    '/O=Example/CN=till-7',
    'subjectAltName=URI:spiffe://example.com/till/7,DNS:till-7.example.com\n',
  );
}

test('a service trusts certificates, and one of them is an app', async () => {
  certificates();
  const port = await freePort();
  const listener = async (id: string, body: object) =>
    expect((await at.ask('PUT', `/api/v1/listeners/${id}`, body)).status).toBeLessThan(300);
  await listener('http', { address: new URL(at.gateway).host });
  const certificate = { certificate: join(files, 'gateway.crt'), key: `file:${join(files, 'gateway.key')}` };
  const tls = { request_client_certificate: true, certificates: [certificate] };
  await listener('https', { address: `127.0.0.1:${port}`, tls });
  await accepting('vault', { api_key: {} });
  const { page, complaints } = await entered();

  await page.goto('/services/vault?tab=ways');
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  const form = dialog(page);
  await form.getByRole('checkbox', { name: 'API key' }).uncheck();
  await form.getByRole('checkbox', { name: 'Client certificate' }).check();
  expect(await form.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  const authorities = form.getByRole('textbox', { name: 'File with the authorities' });
  await authorities.fill('/nowhere/ca.crt');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => authorities.getAttribute('aria-invalid')).toBe('true');
  await accessible(page);
  await shot(page, 'ways-certificates');
  await authorities.fill(join(files, 'ca.crt'));
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByText('vault asks its callers for that now.').waitFor();
  expect((await at.ask('GET', '/api/v1/services/vault')).body).toMatchObject({
    authentication: { mtls: {}, subscription: false },
    client_certificate: { authorities: join(files, 'ca.crt'), required: false },
  });

  // Whoever may not say whose certificates are trusted knows one by its fingerprint only.
  await at.ask('POST', '/api/v1/apps', { id: 'safe', tenant: 'commerce' });
  const developer = await somebody(chromium, at, 'developer', 'commerce');
  const theirs = await adding(developer.page, 'safe', 'Client certificate');
  expect(await theirs.getByRole('combobox', { name: 'known by' }).locator('option').count()).toBe(1);
  const pem = readFileSync(join(files, 'client.crt'), 'utf8');
  await theirs.getByLabel('Certificate, to choose').fill(pem);
  await theirs.getByRole('radio', { name: /^SHA-256 fingerprint/ }).waitFor();
  expect(await theirs.getByRole('radiogroup', { name: 'It says' }).getByRole('radio').count()).toBe(1);
  await theirs.getByRole('button', { name: 'Cancel' }).click();

  const add = await adding(page, 'safe', 'Client certificate');
  await add.getByLabel('Certificate, to choose').fill('no certificate');
  await add.getByText('There is no certificate in it.').waitFor();
  await add.getByLabel('Certificate, to choose').fill(pem);
  await add.getByRole('radio', { name: 'Subject: CN=till-7,O=Example' }).waitFor();
  await add.getByRole('radio', { name: 'URI: spiffe://example.com/till/7' }).check();
  expect(await add.getByRole('textbox', { name: 'URI' }).inputValue()).toBe('spiffe://example.com/till/7');
  await accessible(page);
  await shot(page, 'credential-certificate');
  await add.getByRole('button', { name: 'Add it' }).click();
  await dialog(page).getByText('With the certificate in client.crt').waitFor();
  const command = await copied(page);
  expect(command).toContain(`https://127.0.0.1:${port}/vault/things`);
  expect((await run(command)).status).toBe(200);
  await dialog(page).getByRole('button', { name: 'Close' }).click();
  const without = await run(command.replace('--cert client.crt --key client.key', ''));
  expect(without.status).toBe(401);
  await explained(page, without.id, 'credential.missing');
  const [made] = await credentialsOf('safe');
  expect(made).toMatchObject({ certificate: { uri: 'spiffe://example.com/till/7' } });
  await page.goto(`/credentials/${made?.id}`);
  await page.getByText('spiffe://example.com/till/7').first().waitFor();
  await accessible(page);
  expect([...complaints, ...developer.complaints]).toEqual([]);
});
