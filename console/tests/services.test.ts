import { beforeAll, expect, test } from 'vitest';
import { accessible, account, shot, signIn, visit } from './harness/browser';
import { at, chromium, entered, withDemo } from './harness/demo';
import { dialog, PETS, services } from './harness/services';

let made: ReturnType<typeof services>['made'];
let patched: ReturnType<typeof services>['patched'];
let service: ReturnType<typeof services>['service'];

withDemo();
beforeAll(() => {
  ({ made, patched, service } = services(at));
});

test('services are found, and a new one is made with a draft', async () => {
  const { page, context, complaints } = await entered();
  await page.goto('/services');
  await page.getByRole('link', { name: 'warehouse', exact: true }).waitFor();
  await accessible(page);
  await shot(page, 'services');
  await page.getByLabel('Search by id or title').fill('order');
  await page.getByRole('link', { name: 'warehouse', exact: true }).waitFor({ state: 'detached' });
  expect(new URL(page.url()).searchParams.get('q')).toBe('order');
  await page.getByLabel('Search by id or title').fill('nothing like it');
  await page.getByRole('button', { name: 'Clear the filters' }).click();

  await page.getByRole('button', { name: 'Create a service' }).click();
  await dialog(page).getByRole('textbox', { name: 'Id', exact: true }).fill('stock');
  await dialog(page).getByLabel('Title').fill('Stock');
  await dialog(page).getByRole('combobox', { name: 'Tenant' }).fill('comm');
  await page.getByRole('option', { name: 'commerce' }).click();
  await dialog(page).getByLabel('Base path').fill('/stock');
  await dialog(page).getByLabel('Address').fill('127.0.0.1:9');
  await accessible(page);
  await shot(page, 'service-create');
  await dialog(page).getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('heading', { name: 'stock', level: 1 }).waitFor();
  await page.getByText('No operation yet').waitFor();
  expect((await service('stock')).versions.v1?.state).toBe('draft');

  // A first operation, with a media type: a policy of its own.
  await page.getByRole('button', { name: 'Add an operation' }).first().click();
  await dialog(page).getByRole('textbox', { name: 'Id', exact: true }).fill('count');
  await dialog(page).getByRole('textbox', { name: 'Path', exact: true }).fill('/count');
  await dialog(page).getByRole('combobox', { name: 'Media types of bodies' }).fill('application/json');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await accessible(page);
  await dialog(page).getByRole('button', { name: 'Add an operation' }).click();
  await page.getByText('Policies in force').waitFor();
  const policy = await at.ask('GET', '/api/v1/policies/stock.v1.count.media-types');
  expect(policy.body).toMatchObject({ content_types: ['application/json'] });

  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog(page).getByText('stock.v1.count.media-types').waitFor();
  await dialog(page).getByRole('button', { name: 'Remove' }).click();
  await page.getByText('No operation yet').waitFor();
  expect((await at.ask('GET', '/api/v1/policies/stock.v1.count.media-types')).status).toBe(404);
  expect(complaints).toEqual([]);
  await context.close();
});

test('an OpenAPI document is imported after its report was shown; a broken one says where', async () => {
  const { page, context, complaints } = await entered();
  await page.goto('/services');
  await page.getByRole('button', { name: 'Import OpenAPI' }).click();
  await dialog(page).getByRole('textbox', { name: 'Id', exact: true }).fill('pets');
  await dialog(page).getByLabel('URL of the API').fill('https://pets.example.com/api');
  await dialog(page).getByLabel('Or paste the document').fill('openapi: 3.0.3\npaths:\n  - x: [');
  await dialog(page).getByRole('button', { name: 'Preview' }).click();
  await dialog(page).getByRole('region', { name: 'Line 3, column 8 of the document' }).waitFor();
  await accessible(page);

  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'pets.yaml', mimeType: 'application/yaml', buffer: Buffer.from(PETS) });
  await dialog(page).getByRole('button', { name: 'Preview' }).click();
  const report = dialog(page).getByRole('region', { name: 'What would be done' });
  await report.getByText('callbacks are requests of the API itself').waitFor();
  await report.getByText('listPets, addPet').waitFor();
  expect((await at.ask('GET', '/api/v1/services/pets')).status).toBe(404);
  await accessible(page);
  await shot(page, 'service-import');
  await dialog(page).getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('heading', { name: 'pets', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'addPet' }).waitFor();
  expect(Object.keys((await service('pets')).versions.v1?.operations ?? {})).toEqual(['addPet', 'listPets']);

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export OpenAPI' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('pets-v1.openapi.json');
  expect(complaints).toEqual([]);
  await context.close();
});

test('two people edit one service: both are shown, and one decides', async () => {
  await made('shared');
  const { page, context, complaints } = await entered();
  await page.goto('/services/shared');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await dialog(page).getByLabel('Title').fill('Mine');
  await accessible(page);
  await shot(page, 'service-edit');
  await patched('shared', { title: 'Theirs' });
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  const conflict = page.getByRole('dialog', { name: 'Somebody else changed this meanwhile' });
  await conflict.getByText('"title": "Theirs"').waitFor();
  await accessible(page);
  await conflict.getByRole('button', { name: 'Save mine over it' }).click();
  await dialog(page).waitFor({ state: 'detached' });
  expect((await service('shared')).title).toBe('Mine');
  expect(complaints).toEqual([]);
  await context.close();
});

test('what others change under an open form is a conflict, though the page was read anew since', async () => {
  await made('underneath');
  const { page, context, complaints } = await entered();
  await page.goto('/services/underneath');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await dialog(page).getByLabel('Description').fill('Mine');
  await patched('underneath', { title: 'Theirs' });
  // What was read moments ago is not read again; soon after, it is.
  let reads = 0;
  page.on('response', (one) => {
    if (one.url().endsWith('/api/v1/services/underneath')) reads++;
  });
  await expect
    .poll(
      async () => {
        await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
        return reads;
      },
      { timeout: 20_000 },
    )
    .toBeGreaterThan(0);
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  const conflict = page.getByRole('dialog', { name: 'Somebody else changed this meanwhile' });
  await conflict.getByText('"description": "Mine"').first().waitFor();
  await conflict.getByRole('button', { name: 'Save mine over it' }).click();
  await dialog(page).waitFor({ state: 'detached' });
  expect(await service('underneath')).toMatchObject({ title: 'Theirs', description: 'Mine' });
  expect(complaints).toEqual([]);
  await context.close();
});

test('an operation shows what it asks and who can call it; targets and subscriptions are there', async () => {
  const { page, context, complaints } = await entered();
  await page.goto('/services/users?tab=operations');
  await page.getByRole('button', { name: 'create-user' }).click();
  const details = page.getByRole('region', { name: 'What create-user asks of callers' });
  await details.getByText('json-users').waitFor();
  await details.getByRole('button', { name: 'Who can call it?' }).click();
  await details.getByRole('link', { name: 'fieldforce' }).waitFor();
  const refused = details.getByRole('link', { name: 'Refused here lately' });
  expect(await refused.getAttribute('href')).toContain('operation=create-user');
  await accessible(page);
  await shot(page, 'service-operations');

  await page.getByRole('tab', { name: 'Upstream' }).click();
  await page.getByText('builtin:echo').waitFor();
  await page.getByText('not checked').waitFor();
  await page.getByRole('button', { name: 'Edit targets' }).click();
  await dialog(page).getByRole('button', { name: 'Add a target' }).click();
  await dialog(page).getByLabel('Address 2').fill('127.0.0.1:9');
  await dialog(page).getByLabel('Weight 2').fill('0');
  await accessible(page);
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await page.getByRole('cell', { name: '127.0.0.1:9' }).waitFor();
  expect(await page.getByText('not checked').count()).toBe(2);
  const { body } = await at.ask('GET', '/api/v1/upstreams/shop');
  expect(body).toMatchObject({ targets: ['builtin:echo', { address: '127.0.0.1:9', weight: 0 }] });
  await accessible(page);
  await shot(page, 'service-upstream');

  await page.getByRole('tab', { name: 'Subscriptions' }).click();
  await page.getByRole('link', { name: 'sub_shop_users' }).waitFor();
  await page.getByText('100 per 1s').waitFor();
  await accessible(page);
  await shot(page, 'service-subscriptions');
  expect(complaints).toEqual([]);
  await context.close();
});

test('how the targets of an upstream are is shown, with what is wrong', async () => {
  const patched = await fetch(`${at.admin}/api/v1/upstreams/warehouse`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify({
      targets: [new URL(at.admin).host, '127.0.0.1:9'],
      health_check: { path: '/healthz', interval: '1s', timeout: '500ms' },
    }),
  });
  expect(patched.status, await patched.text()).toBe(200);
  const { page, complaints } = await entered();
  await page.goto('/services/warehouse?tab=upstream');
  const row = page.getByRole('row').filter({ hasText: '127.0.0.1:9' });
  await row.getByText('unhealthy').waitFor();
  await row.getByText(/since/).waitFor();
  const other = page.getByRole('row').filter({ hasText: new URL(at.admin).host });
  await other.getByText('healthy', { exact: true }).waitFor();
  await page.getByText('Checked at /healthz every 1s.').waitFor();
  await accessible(page);
  await shot(page, 'service-upstream-ailing');
  expect(complaints).toEqual([]);
});

test('a viewer sees everything and no buttons that change', async () => {
  const viewer = await account(at, 'services-viewer@example.com', 'viewer', 'commerce');
  const { page, context, complaints } = await visit(chromium, at);
  await signIn(page, viewer);
  await page.goto('/services');
  await page.getByRole('link', { name: 'orders', exact: true }).waitFor();
  expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
  await page.goto('/services/orders?tab=operations&operation=quote');
  await page.getByText('few-quotes', { exact: true }).waitFor();
  for (const name of [
    'Edit',
    'Remove',
    'Delete',
    'Publish…',
    'Retire…',
    'Add an operation',
    'Import OpenAPI',
  ]) {
    expect(await page.getByRole('button', { name }).count(), name).toBe(0);
  }
  await page.getByRole('tab', { name: 'Upstream' }).click();
  await accessible(page);
  expect(await page.getByRole('button', { name: 'Edit targets' }).count()).toBe(0);
  expect(complaints).toEqual([]);
  await context.close();
});

test('hostile names do no harm, on a narrow dark screen either', async () => {
  await made('hostile', {
    title: '<script>alert(1)</script> & "quoted"',
    description: `<img src=x onerror=alert(1)> ${'long '.repeat(2_000)}\u202egnihtyna`,
    contact: '</bdi><script>alert(2)</script>',
  });
  const { page, context, complaints } = await entered({ width: 390, dark: true });
  for (const path of [
    '/services',
    '/services/hostile',
    '/services/hostile?tab=operations&operation=list&version=%3Cscript%3E',
    '/services/users?tab=subscriptions',
    '/services/users?tab=upstream',
  ]) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByRole('table').or(page.getByText('The service')).first().waitFor();
    await accessible(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    expect(wide, `${path} scrolls sideways`).toBe(false);
    await shot(page, `narrow${path.replace(/\W+/g, '-')}`);
  }
  await page.goto('/services/hostile?version=v2');
  await page.getByRole('button', { name: 'Publish…' }).click();
  await dialog(page).getByText('3 changes break').waitFor();
  await accessible(page);
  await shot(page, 'narrow-publish');
  expect(complaints).toEqual([]);
  await context.close();
});
