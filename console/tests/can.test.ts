import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  accessible,
  account,
  type Browser,
  browser,
  closeAll,
  type Look,
  type Session,
  session,
  shot,
  signIn,
  visit,
} from './harness/browser';
import { curl, type Postern, postern } from './harness/postern';

let at: Postern;
let chromium: Browser;
let owner: Session;

beforeAll(async () => {
  [at, chromium] = await Promise.all([postern(), browser()]);
  owner = await session(chromium, at, await account(at, 'can@example.com', 'owner'));
});
afterEach(() => closeAll(chromium));
afterAll(async () => {
  await chromium?.close();
  await at?.end();
});

async function open(path: string, look: Look = {}) {
  const window = await visit(chromium, at, { session: owner, ...look });
  await window.page.goto(path);
  await window.page.getByRole('heading', { level: 1, name: 'Can…?' }).waitFor();
  return window;
}

test('asks as one app and as another beside it, and the link says so', async () => {
  const { page, complaints } = await open('/can');
  await page.getByText('Nothing asked yet').waitFor();
  await accessible(page);
  await shot(page, 'can-empty');
  // A path that is none is told at its field, and nothing is asked.
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByText('A path begins with /.').waitFor();
  await page.getByRole('combobox', { name: 'App', exact: true }).fill('fieldf');
  await page.getByRole('option', { name: /fieldforce/ }).click();
  await page.getByRole('combobox', { name: 'As another app beside it' }).fill('sho');
  await page.getByRole('option', { name: /\(shop\)/ }).click();
  // An operation is found by a part of its name, and fills in where it is.
  const operation = page.getByRole('combobox', { name: 'Operation' });
  await operation.fill('nothing like this');
  await page.getByText('Nothing found').waitFor();
  await operation.fill('te-customer');
  await page.getByRole('option', { name: 'POST /customers · partners/v1/create-customer' }).click();
  await expect
    .poll(() => page.getByRole('textbox', { name: 'Path' }).inputValue())
    .toBe('/partners/customers');
  expect(await page.getByRole('combobox', { name: 'Method' }).inputValue()).toBe('POST');
  expect(await operation.inputValue()).toContain('create-customer');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  const own = page.getByRole('region', { name: 'As app fieldforce' });
  const other = page.getByRole('region', { name: 'As app shop' });
  await own.getByText('Refused: 403 subscription.pending').waitFor();
  await other.getByRole('list', { name: 'Stages of the request' }).waitFor();
  const address = new URL(page.url()).searchParams;
  expect(address.get('app')).toBe('fieldforce');
  expect(address.get('against')).toBe('shop');
  expect(address.get('path')).toBe('/partners/customers');
  await accessible(page);
  await shot(page, 'can-beside');
  // The link asks the same again.
  await page.reload();
  await own.getByText('Refused: 403 subscription.pending').waitFor();
  expect(await page.getByRole('textbox', { name: 'Path' }).inputValue()).toBe('/partners/customers');
  expect(complaints).toEqual([]);
});

test('headers, body, address and time count, and the body stays out of the link', async () => {
  const headers = encodeURIComponent('Content-Type: text/plain');
  const { page, complaints } = await open(
    `/can?app=shop&method=POST&path=/v1/users&from=127.0.0.1&headers=${headers}`,
    { dark: true },
  );
  await page.getByText('Allowed', { exact: true }).waitFor();
  await page.getByRole('textbox', { name: 'Body' }).fill('a secret of mine');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByText('Refused: 415 headers.content_type_unsupported').waitFor();
  expect(page.url()).not.toContain('secret');
  // Nor do secrets of headers, of the query, and of a key of which all was pasted.
  const [headersField, keyField] = [
    page.getByRole('textbox', { name: 'Headers' }),
    page.getByRole('textbox', { name: 'Key' }),
  ];
  await headersField.fill('Content-Type: text/plain\nAuthorization: Bearer S3cretS3cret\nX-Shared: one');
  await page.getByRole('textbox', { name: 'Path' }).fill('/v1/users?access_token=S3cretS3cret&page=2');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('path')).toBe('/v1/users?page=2');
  expect(page.url()).not.toContain('S3cret');
  expect(new URL(page.url()).searchParams.get('headers')).toBe('Content-Type: text/plain\nX-Shared: one');
  expect(await headersField.inputValue()).toContain('S3cretS3cret');
  await keyField.fill('pst_qmxkfm4975cszzjd_S3cretS3cretS3cretS3cret');
  expect(await keyField.inputValue()).toBe('key_qmxkfm4975cszzjd');
  await keyField.fill('');
  await accessible(page);
  await shot(page, 'can-dark');
  await page.getByRole('textbox', { name: 'Headers' }).fill('nonsense');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByText('Line 1 is no header.').waitFor();
  await page.getByRole('textbox', { name: 'Headers' }).fill('Content-Type: application/json');
  await page.getByRole('textbox', { name: 'Body' }).fill('{"name":"Lin"}');
  await page.getByLabel('Time').fill('2026-01-02T03:04');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByText('Allowed', { exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get('at')).toBe('2026-01-02T02:04:00Z');
  // An address that is none is the API's to tell.
  await page.getByRole('textbox', { name: 'Address of the caller' }).fill('here');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByRole('alert').getByText('invalid IP address syntax').first().waitFor();
  expect(complaints).toEqual([]);
});

test('comes from a refused request with everything that is known of it', async () => {
  const scenario = at.scenarios.find((one) => one.name === 'address not on the list');
  const { id } = await curl(scenario?.curl ?? '');
  const { page, complaints } = await visit(chromium, at, { session: owner, width: 390 });
  await page.goto(`/requests/${id}`);
  await page.getByRole('link', { name: 'Ask Can…?' }).click();
  await page.getByText('Refused: 403 network.address_not_allowed').waitFor();
  expect(await page.getByRole('textbox', { name: 'Headers' }).inputValue()).toContain(
    'Content-Type: application/json',
  );
  await page.getByRole('textbox', { name: 'Address of the caller' }).fill('10.20.1.2');
  await page.getByRole('combobox', { name: 'App', exact: true }).fill('build');
  await page.getByRole('option', { name: /\(build\)/ }).click();
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByText('Allowed', { exact: true }).waitFor();
  await accessible(page);
  await shot(page, 'can-390');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  // Back is what was asked before.
  await page.goBack();
  await page.getByText('Refused: 403 network.address_not_allowed').waitFor();
  expect(await page.getByRole('textbox', { name: 'Address of the caller' }).inputValue()).toBe('127.0.0.1');
  expect(complaints).toEqual([]);
});

test('what is written by hand is not the operation that was chosen any more', async () => {
  const { page, complaints } = await open('/can', { width: 390, dark: true });
  const operation = page.getByRole('combobox', { name: 'Operation' });
  await operation.click();
  await page.getByRole('option').first().waitFor();
  await accessible(page);
  await shot(page, 'can-operations-390');
  await operation.fill('/quote');
  await page.getByRole('option', { name: /^POST \/quote/ }).click();
  const path = page.getByRole('textbox', { name: 'Path' });
  await expect.poll(() => path.inputValue()).toBe('/orders/quote');
  await path.fill('/orders/quotes');
  await expect.poll(() => operation.inputValue()).toBe('');
  // An app is found by its title, too, and taken out again.
  const { title } = (await at.ask('GET', '/api/v1/apps/newcomer')).body as { title?: string };
  await page.getByRole('combobox', { name: 'App', exact: true }).fill((title ?? 'newcomer').slice(0, 6));
  await page.getByRole('option', { name: /newcomer/ }).click();
  await page.getByLabel('Clear App').click();
  expect(await page.getByRole('combobox', { name: 'App', exact: true }).inputValue()).toBe('');
  expect(complaints).toEqual([]);
});

test('somebody of a tenant may ask about what is theirs, and is told what is not', async () => {
  const viewer = await account(at, 'asker@example.com', 'viewer', 'fieldwork');
  const { page, complaints } = await visit(chromium, at);
  await signIn(page, viewer);
  await page.goto('/can?app=fieldforce&method=POST&path=/partners/customers');
  await page.getByText('Refused: 403 subscription.pending').waitFor();
  await accessible(page);
  await page.goto('/can?app=shop&method=POST&path=/v1/users');
  await page.getByRole('alert').getByText('neither the app nor the service').waitFor();
  await accessible(page);
  const evil = encodeURIComponent(`/<script>alert(1)</script>\u202E${'x'.repeat(2000)}`);
  await page.goto(`/can?app=fieldforce&method=POST&path=${evil}`);
  await page.getByRole('alert').or(page.getByRole('status')).first().waitFor();
  await accessible(page);
  expect(complaints).toEqual([]);
});
