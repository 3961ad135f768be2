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
import { type Postern, postern } from './harness/postern';

let at: Postern;
let chromium: Browser;
let owner: { email: string; password: string };

beforeAll(async () => {
  [at, chromium] = await Promise.all([postern(), browser()]);
  owner = await account(at, 'services@example.com', 'owner');
});
afterAll(async () => {
  await chromium?.close();
  await at?.end();
});

const PETS = `openapi: 3.0.3
info: {title: Pets, version: 1.2.0}
paths:
  /pets:
    get: {operationId: listPets, responses: {'200': {description: ok}}}
    post:
      operationId: addPet
      requestBody: {content: {application/json: {schema: {type: object}}}}
      callbacks: {made: {}}
      responses: {'200': {description: ok}}
`;

type Version = {
  state?: string;
  operations: Record<string, { path: string; methods?: string[]; scopes?: string[] }>;
};
type Service = { version: number; title?: string; versions: Record<string, Version> };

/** A service as the API has it. */
async function service(id: string): Promise<Service> {
  return (await at.ask('GET', `/api/v1/services/${id}`)).body;
}

/** A service of the commerce tenant, by the API. */
async function made(id: string, more: object = {}): Promise<void> {
  const { status, body } = await at.ask('POST', '/api/v1/services', {
    id,
    tenant: 'commerce',
    base_path: `/${id}`,
    authentication: { api_key: { header: 'X-API-Key' } },
    scopes: { 'things:read': 'See things' },
    versions: {
      v1: {
        upstream: 'shop',
        operations: { list: { methods: ['GET', 'POST'], path: '/things' }, old: { path: '/old' } },
      },
      v2: {
        state: 'draft',
        base_path: '/v2',
        upstream: 'shop',
        operations: {
          list: { methods: ['GET'], path: '/things', scopes: ['things:read'] },
          fresh: { path: '/new' },
        },
      },
    },
    ...more,
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
}

/** Changes a service by the API, as somebody else. */
async function patched(id: string, patch: object): Promise<void> {
  const answered = await fetch(`${at.admin}/api/v1/services/${id}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify(patch),
  });
  expect(answered.status).toBe(200);
}

async function entered(options: { width?: number; dark?: boolean } = {}) {
  const visited = await visit(chromium, at, options);
  await signIn(visited.page, owner);
  return visited;
}

/** The dialog that is open. */
const dialog = (page: Page) => page.getByRole('dialog');

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

test('a version is published after its difference, deprecated, and retired', async () => {
  await made('things');
  const { page, context, complaints } = await entered();
  await page.goto('/services/things?version=v2');
  await page.getByRole('button', { name: 'Publish…' }).click();
  const difference = dialog(page).getByRole('region', { name: 'What changes for callers' });
  await difference.getByText('3 changes break callers that move here.').waitFor();
  await difference.getByText('Gone: old').waitFor();
  await difference.getByText('New: fresh').waitFor();
  await dialog(page).getByText('Nobody called it in the last 30 days.').waitFor();
  await accessible(page);
  await shot(page, 'service-publish');
  await dialog(page).getByRole('button', { name: 'Publish', exact: true }).click();
  await dialog(page).getByText('Say why: the comment is missing.').waitFor();
  await dialog(page).getByLabel('Comment').fill('The new one is ready');
  await dialog(page).getByRole('button', { name: 'Publish', exact: true }).click();
  await dialog(page).waitFor({ state: 'detached' });
  expect((await service('things')).versions.v2?.state).toBe('published');

  await page.goto('/services/things?version=v1');
  await page.getByRole('button', { name: 'Deprecate…' }).click();
  await dialog(page).getByLabel('It ends on').fill('2030-01-31');
  await accessible(page);
  await dialog(page).getByRole('button', { name: 'Deprecate' }).click();
  await page.getByRole('button', { name: 'Change the end…' }).waitFor();
  await shot(page, 'service-deprecated');
  expect((await service('things')).versions.v1).toMatchObject({
    state: 'deprecated',
    sunset_at: '2030-01-31T00:00:00Z',
  });

  await page.getByRole('button', { name: 'Retire…' }).click();
  await dialog(page).getByText('No subscription is for this version alone').waitFor();
  await dialog(page).getByLabel('Comment').fill('Nobody calls it');
  await accessible(page);
  await dialog(page).getByRole('button', { name: 'Retire' }).click();
  await page.getByText('Answers 410.').waitFor();
  expect((await service('things')).versions.v1).toMatchObject({ state: 'retired', successor: 'v2' });
  expect(complaints).toEqual([]);
  await context.close();
});

test('retiring a version says what becomes of the subscriptions that are for it alone', async () => {
  await made('lonely');
  const covers = [{ service: 'lonely', versions: ['v1'] }];
  await at.ask('POST', '/api/v1/plans', { id: 'lonely-v1', covers });
  const subscription = {
    id: 'sub_lonely',
    app: 'shop',
    service: 'lonely',
    plan: 'lonely-v1',
    state: 'approved',
  };
  expect((await at.ask('POST', '/api/v1/subscriptions', subscription)).status).toBe(201);
  const { page, context, complaints } = await entered();
  await page.goto('/services/lonely?version=v1');
  await page.getByRole('button', { name: 'Retire…' }).click();
  await dialog(page).getByRole('link', { name: 'sub_lonely' }).waitFor();
  await dialog(page).getByLabel('Comment').fill('It is over');
  expect(await dialog(page).getByRole('button', { name: 'Retire' }).isDisabled()).toBe(true);
  await dialog(page).getByLabel('Cancel them').check();
  await accessible(page);
  await shot(page, 'service-retire');
  await dialog(page).getByRole('button', { name: 'Retire' }).click();
  await page.getByText('Answers 410.').waitFor();
  expect((await at.ask('GET', '/api/v1/subscriptions/sub_lonely')).body).toMatchObject({
    state: 'cancelled',
  });
  expect(complaints).toEqual([]);
  await context.close();
});

test('where it takes two people, publishing and changing make change requests', async () => {
  await made('careful');
  await patched('careful', { publish_approval: true });
  const { page, context, complaints } = await entered();
  await page.goto('/services/careful?version=v2');
  await page.getByRole('button', { name: 'Publish…' }).click();
  await dialog(page).getByLabel('Comment').fill('Please look');
  await dialog(page).getByRole('button', { name: 'Publish', exact: true }).click();
  const link = page.getByRole('link', { name: 'Look at the change request' });
  expect(await link.getAttribute('href')).toMatch(/^\/change-requests\/cr_/);
  await accessible(page);
  expect((await service('careful')).versions.v2?.state).toBe('draft');

  await page.goto('/services/careful?version=v1&tab=operations&operation=list');
  const details = page.getByRole('region', { name: 'What list asks of callers' });
  await details.getByRole('button', { name: 'Edit', exact: true }).click();
  await dialog(page).getByRole('textbox', { name: 'Path', exact: true }).fill('/elsewhere');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  const proposing = page.getByRole('dialog', { name: 'Somebody else has to agree' });
  await proposing.getByLabel('Comment').fill('It moved');
  await proposing.getByRole('button', { name: 'Propose it' }).click();
  await page.getByRole('link', { name: 'Look at the change request' }).waitFor();
  expect((await service('careful')).versions.v1?.operations.list?.path).toBe('/things');
  const { body } = await at.ask('GET', '/api/v1/change-requests');
  expect((body as { change_requests: unknown[] }).change_requests.length).toBe(2);
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
  await page.getByRole('button', { name: 'Edit targets' }).click();
  await dialog(page).getByRole('button', { name: 'Add a target' }).click();
  await dialog(page).getByLabel('Address 2').fill('127.0.0.1:9');
  await dialog(page).getByLabel('Weight 2').fill('0');
  await accessible(page);
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await page.getByRole('cell', { name: '127.0.0.1:9' }).waitFor();
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
