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
let page: Page;
let complaints: string[];
/** The answers that pages were sent to, as far as their addresses and bodies went. */
const sent: string[] = [];

beforeAll(async () => {
  [at, chromium] = await Promise.all([postern(), browser()]);
  const who = await account(at, 'search@example.com', 'owner');
  ({ page, complaints } = await visit(chromium, at));
  await signIn(page, who);
  page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
});
afterAll(async () => {
  await chromium?.close();
  await at?.end();
});

/** Opens search by its key and pastes a text. */
async function search(text: string) {
  await page.keyboard.press('Control+k');
  const dialog = page.getByRole('dialog', { name: 'Search' });
  const field = dialog.getByLabel('What to search for');
  await field.waitFor();
  await field.fill('');
  await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text);
  await page.keyboard.press('Control+v');
  return dialog;
}

const SECRET = 'bfuO0enT9AB4ot6SnFBbfEblhPPBYDlg3WOLag';

test('a whole curl command finds the requests that it made, and keeps its secrets to itself', async () => {
  const scenario = at.scenarios.find((one) => one.expect_code === 'credential.wrong_environment');
  if (!scenario) throw new Error('no scenario');
  const key = /pst_\w+/.exec(scenario.curl)?.[0] ?? '';
  const { id } = await curl(scenario.curl);
  const dialog = await search(scenario.curl.replace(' -d', ' \\\n  -d'));
  await dialog.getByText('Secrets were taken out').waitFor();
  await expect
    .poll(() => dialog.getByRole('option').allTextContents())
    .toContainEqual(expect.stringContaining('credential.wrong_environment'));
  await accessible(page);
  await shot(page, 'search');
  // Enter goes to the request: it stands first.
  expect(await dialog.getByRole('option').first().textContent()).toContain('credential.wrong_environment');
  expect(await dialog.getByLabel('What to search for').inputValue()).not.toContain(key.slice(-20));
  // The key is found by its public half.
  await dialog.getByRole('option', { name: /^Key/ }).waitFor();
  await dialog
    .getByRole('option', { name: /credential\.wrong_environment/ })
    .first()
    .click();
  await page.waitForURL(`**/requests/${id}`);
  expect(sent.join('\n')).not.toContain(key.slice(-20));
});

test('a token in an address is masked and not sent', async () => {
  const dialog = await search(`https://api.example.com/v1/users?access_token=${SECRET}&page=2`);
  await dialog.getByText('Secrets were taken out').waitFor();
  await dialog
    .getByRole('option', { name: /\/v1\/users/ })
    .first()
    .waitFor();
  expect(await dialog.getByLabel('What to search for').inputValue()).toBe(
    'https://api.example.com/v1/users?access_token=•••&page=2',
  );
  expect(sent.join('\n')).not.toContain(SECRET);
  await page.keyboard.press('Escape');
});

test.each([
  [
    'IP not whitelisted',
    /network\.address_not_allowed/,
    '/refusals?code=network.address_not_allowed&since=7d',
  ],
  ['cors.origin_not_allowed', /^Refusals/, '/refusals?code=cors.origin_not_allowed&since=7d'],
  ['10.20.0.7', /Add it to a list/, '/lists?address=10.20.0.7'],
  ['fieldforce', /^App/, '/apps/fieldforce'],
  ['create-customer', /^Operation/, '/services/partners?version=v1&tab=operations&operation=create-customer'],
  ['API route', /^Page/, '/services'],
  ['team', /^Page/, '/users'],
  ['consumers', /^Page/, '/apps'],
  ['403', /403/, '/refusals?status=403&since=7d'],
])('%s leads to the right page', async (text, option, address) => {
  const dialog = await search(text);
  await dialog.getByRole('option', { name: option }).first().click();
  await dialog.waitFor({ state: 'detached' });
  await page.waitForURL((url) => url.pathname + url.search === address);
});

test('a key is found by its beginning, by its id, and by what it is called', async () => {
  const { body } = await at.ask('POST', '/api/v1/apps/shop/keys', { title: 'Till at the door' });
  const { id, secret } = body as { id: string; secret: string };
  for (const text of [secret.slice(0, 14), secret.slice(0, 20), id.slice(0, 12), id, 'till at']) {
    const dialog = await search(text);
    const key = dialog.getByRole('option', { name: /^Key/ });
    await key.filter({ hasText: id }).waitFor();
    expect(await key.count(), text).toBe(1);
    if (text === 'till at') {
      await accessible(page);
      await key.click();
      await page.waitForURL(`**/credentials/${id}`);
    } else await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  }
});

test('nothing that is found is said to be nothing', async () => {
  const dialog = await search('zzz-no-such-thing');
  await dialog.getByText('Nothing found.').waitFor();
  await accessible(page);
  await page.keyboard.press('Escape');
  expect(complaints).toEqual([]);
});
