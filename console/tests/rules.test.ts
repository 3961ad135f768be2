import { beforeAll, expect, test } from 'vitest';
import { accessible, fits, type Page, shot, somebody } from './harness/browser';
import { at, chromium, withDemo } from './harness/demo';
import { services } from './harness/services';

/** Rules of each group are added, edited and removed by a publisher, and the gateway goes by them at once. */

let made: ReturnType<typeof services>['made'];
/** The key of an app of the tenant. */
let key: string;

withDemo();
beforeAll(async () => {
  ({ made } = services(at));
  await at.ask('POST', '/api/v1/lists', { id: 'offices', entries: ['127.0.0.0/8'] });
  await at.ask('POST', '/api/v1/apps', { id: 'till', tenant: 'commerce' });
  const answered = await at.ask('POST', '/api/v1/apps/till/keys', {});
  key = (answered.body as { secret: string }).secret;
});

/** Makes a service to which anybody's key gets in. */
async function open(id: string, more: object = {}): Promise<void> {
  const operations = {
    list: { methods: ['GET', 'POST'], path: '/things' },
    own: { methods: ['GET'], path: '/apps/{app}/things' },
  };
  await made(id, {
    authentication: { api_key: { header: 'X-API-Key' }, subscription: false },
    versions: { v1: { upstream: 'shop', operations, ...more } },
  });
}

/** A publisher of the tenant, or somebody of another role, at the rules of a service. */
async function atRules(
  service: string,
  options: { width?: number; dark?: boolean } = {},
  role = 'publisher',
) {
  const window = await somebody(chromium, at, role, 'commerce', options);
  window.page.setDefaultTimeout(10_000);
  await window.page.goto(`/services/${service}?tab=rules`);
  await window.page.getByRole('heading', { name: 'Rules', exact: true }).waitFor();
  return window;
}

const form = (page: Page) => page.getByRole('dialog');

/** Chooses what a new rule is about. */
async function choose(page: Page, kind: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a rule', exact: true }).click();
  await form(page).getByRole('button', { name: kind, exact: true }).click();
  await page.getByRole('dialog', { name: `Add a rule: ${kind}` }).waitFor();
}

/** Types texts into a field that takes several. */
async function several(page: Page, label: string, ...values: string[]): Promise<void> {
  const field = form(page).getByRole('combobox', { name: label, exact: true });
  for (const value of values) {
    await field.fill(value);
    await page.keyboard.press('Enter');
  }
}

/** Chooses of a list that is folded out. */
async function pick(page: Page, label: string, option: string, nth = 0): Promise<void> {
  await form(page).getByRole('combobox', { name: label }).nth(nth).click({ force: true });
  await page.getByRole('option', { name: option, exact: true }).filter({ visible: true }).click();
}

/** Adds a condition; `group`: which of several sets it is added to. */
async function condition(page: Page, group: string, name: string): Promise<void> {
  const set = form(page).getByRole('group', { name: group });
  await set.getByRole('button', { name: 'Add a condition' }).click();
  await page.getByRole('menuitem', { name, exact: true }).click();
}

/** Looks at a form: axe, and pictures wide and narrow. */
async function looked(page: Page, name: string): Promise<void> {
  await accessible(page);
  await shot(page, `rules-${name}`);
  const size = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 900 });
  await fits(page);
  const body = form(page);
  await shot(page, `rules-${name}-narrow`);
  const wider = () =>
    body.evaluate((dialog) => {
      const edge = dialog.getBoundingClientRect().right;
      const out = [...dialog.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > edge);
      return out.map((one) => `${one.tagName} ${one.className}`);
    });
  await expect.poll(wider, { message: `${name} scrolls sideways` }).toEqual([]);
  if (size) await page.setViewportSize(size);
}

async function add(page: Page, id: string): Promise<void> {
  await form(page).getByRole('button', { name: 'Add it' }).click();
  await page.getByText(`Rule ${id} holds now.`).waitFor();
  await form(page).waitFor({ state: 'hidden' });
}

async function save(page: Page): Promise<void> {
  await form(page).getByRole('button', { name: 'Save' }).click();
  await form(page).waitFor({ state: 'hidden' });
}

async function edit(page: Page, id: string): Promise<void> {
  await page.getByRole('button', { name: `Edit rule ${id}`, exact: true }).click();
  await page.getByRole('dialog', { name: `Edit rule ${id}` }).waitFor();
}

/** Somebody else approves of what was just proposed. */
async function approve(page: Page): Promise<void> {
  const asked = page.getByRole('dialog', { name: 'Somebody else has to agree' });
  const link = asked.getByRole('link', { name: 'Look at the change request' });
  const request = ((await link.getAttribute('href')) ?? '').split('/').at(-1);
  const approved = await at.ask('POST', `/api/v1/change-requests/${request}/approve`, {});
  expect(approved.status, JSON.stringify(approved.body)).toBe(200);
  await page.reload();
  await page.getByRole('heading', { name: 'Rules', exact: true }).waitFor();
}

/** A publisher proposes to remove a rule; somebody else approves of it. */
async function remove(page: Page, id: string): Promise<void> {
  await page.getByRole('button', { name: `Remove rule ${id}`, exact: true }).click();
  await form(page).getByText('permission policies.relax').waitFor();
  await form(page).getByRole('textbox', { name: 'Comment' }).fill('It is in the way');
  await form(page).getByRole('button', { name: 'Propose it' }).click();
  await approve(page);
  expect((await at.ask('GET', `/api/v1/policies/${id}`)).status).toBe(404);
}

const policy = async (id: string) => (await at.ask('GET', `/api/v1/policies/${id}`)).body as object;

/** How the gateway answers: the status, and the code where it refuses. */
async function call(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; code: string | null; body: Record<string, unknown> }> {
  const headers = { 'x-api-key': key, ...options.headers };
  const response = await fetch(`${at.gateway}${path}`, { ...options, headers });
  return {
    status: response.status,
    code: response.headers.get('postern-denial'),
    body: (await response.json().catch(() => ({}))) as Record<string, unknown>,
  };
}

/** A time of day so many hours from now, in UTC. */
function hoursFromNow(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
}

test('every kind has a form, in groups, with a line that explains it', async () => {
  await open('choices');
  const { page, complaints } = await atRules('choices');
  await page.getByText('No rule of its own').waitFor();
  await page.getByRole('button', { name: 'Add a rule', exact: true }).click();
  await form(page).getByRole('heading', { name: 'Who may call, when and how' }).waitFor();
  expect(await form(page).getByRole('region').count()).toBe(5);
  await looked(page, 'choose');
  const kinds = await form(page).getByRole('region').getByRole('button').all();
  expect(kinds.length).toBe(18);
  await page.keyboard.press('Escape');
  const opener = page.getByRole('button', { name: 'Add a rule', exact: true });
  await expect.poll(() => opener.evaluate((one) => one === document.activeElement)).toBe(true);
  expect(complaints).toEqual([]);
});

test('requests are let in at certain hours only', async () => {
  await open('hours');
  const { page, complaints } = await atRules('hours');
  await choose(page, 'Conditions');
  await form(page).getByRole('button', { name: 'Add it' }).click();
  await form(page).getByText('Add a condition that has to hold.').waitFor();
  await form(page).getByText('Not sent: one field needs another look.').waitFor();

  // Changes only in an hour that is not now, with a reason.
  await form(page).getByRole('radio', { name: 'Only those of which all of this holds' }).check();
  await condition(page, 'Only those of which all of this holds', 'Methods');
  await pick(page, 'It has one of these methods', 'POST');
  await page.keyboard.press('Tab');
  await condition(page, 'What has to hold of them', 'Time of day and weekday');
  await form(page).getByLabel('From', { exact: true }).fill(hoursFromNow(2));
  await form(page).getByLabel('until before').fill(hoursFromNow(3));
  for (const day of ['Sat', 'Sun']) await form(page).getByRole('checkbox', { name: day }).check();
  await form(page).getByLabel('By the clocks of').first().fill('Mars/Olympus');
  await page.keyboard.press('Tab');
  await condition(page, 'What has to hold of them', 'Headers');
  await form(page).getByLabel('Each of these headers is there: name 1').fill('X-Reason');
  await form(page).getByRole('combobox', { name: 'Each of these headers is there: values 1' }).fill('*');
  await page.keyboard.press('Enter');
  await condition(page, 'What has to hold of them', 'Lists of addresses');
  await several(page, 'The address is on one of these lists', 'offises');
  await page.keyboard.press('Tab');
  await condition(page, 'What has to hold of them', 'Size of the body');
  await form(page).getByLabel('The body is no larger than').fill('64KiB');
  await looked(page, 'conditions');

  // What the API finds stands at the fields.
  await form(page).getByRole('button', { name: 'Add it' }).click();
  await form(page).getByText('This is not a time zone').first().waitFor();
  await form(page)
    .getByText(/uses a list that does not exist/)
    .first()
    .waitFor();
  await looked(page, 'conditions-wrong');
  await form(page).getByLabel('By the clocks of').first().fill('UTC');
  await page.keyboard.press('Tab');
  await form(page).getByRole('button', { name: 'Take out: Lists of addresses' }).click();
  await add(page, 'hours.conditions');
  expect(await policy('hours.conditions')).toMatchObject({
    kind: 'conditions',
    on: { service: 'hours' },
    when: { methods: ['POST'] },
    require: { headers: { 'X-Reason': '*' }, max_size: '64KiB', time: { zone: 'UTC' } },
  });
  await page.getByText(/^For requests with Methods: POST, asks for /).waitFor();
  const reason = { 'x-reason': 'test' };
  expect((await call('/hours/things')).status).toBe(200);
  const closed = await call('/hours/things', { method: 'POST', headers: reason, body: '{}' });
  expect(closed.code).toBe('authorization.condition_unmet');

  // All day and every day: the reason is still asked for.
  await edit(page, 'hours.conditions');
  await form(page).getByRole('button', { name: 'Take out: Time of day and weekday' }).click();
  await save(page);
  expect(await policy('hours.conditions')).not.toHaveProperty('require.time');
  expect((await call('/hours/things', { method: 'POST', headers: reason, body: '{}' })).status).toBe(200);
  expect((await call('/hours/things', { method: 'POST', body: '{}' })).code).toBe(
    'authorization.condition_unmet',
  );

  // Tried only: nobody is refused, and what would be is counted. It takes somebody else to agree.
  await edit(page, 'hours.conditions');
  await pick(page, 'Mode', 'Shadow: it refuses nobody, and records what it would refuse');
  await form(page)
    .getByText(/takes the permission policies.relax/)
    .waitFor();
  await form(page).getByRole('button', { name: 'Save' }).click();
  await approve(page);
  expect((await call('/hours/things', { method: 'POST', body: '{}' })).status).toBe(200);
  await expect
    .poll(
      async () => {
        await page.reload();
        const table = page.getByRole('table', { name: 'Rules of this service' });
        await table.waitFor();
        await page.waitForLoadState('networkidle');
        return table.textContent();
      },
      { timeout: 20_000, interval: 1000 },
    )
    .toMatch(/Would have refused 1 of/);
  await accessible(page);
  await shot(page, 'rules-shadow');
  await page.getByRole('button', { name: 'Enforce rule hours.conditions' }).click();
  await form(page)
    .getByText(/Would have refused 1 of/)
    .waitFor();
  await form(page).getByRole('button', { name: 'Enforce' }).click();
  await page.getByText('Rule hours.conditions holds now.').first().waitFor();
  await form(page).waitFor({ state: 'hidden' });
  expect((await call('/hours/things', { method: 'POST', body: '{}' })).status).toBe(403);
  await remove(page, 'hours.conditions');
  expect((await call('/hours/things', { method: 'POST', body: '{}' })).status).toBe(200);
  expect(complaints).toEqual([]);
});

test('callers get at their own alone, and sign in afresh', async () => {
  await open('owned');
  const { page, complaints } = await atRules('owned');
  await choose(page, 'Only what is their own');
  await form(page).getByLabel('Which parameter').first().fill('ap');
  await page.getByRole('option', { name: 'app', exact: true }).click();
  await form(page).getByRole('checkbox', { name: 'Refuse as if there were no such thing (404)' }).check();
  await form(page).getByRole('button', { name: 'Leave some callers alone' }).click();
  await looked(page, 'ownership');
  await add(page, 'owned.ownership');
  expect((await call('/owned/apps/till/things')).status).toBe(200);
  expect((await call('/owned/apps/shop/things')).status).toBe(404);
  await edit(page, 'owned.ownership');
  await form(page).getByRole('button', { name: 'Leave some callers alone' }).click();
  await several(page, 'These apps', 'till');
  await page.keyboard.press('Tab');
  await save(page);
  expect((await call('/owned/apps/shop/things')).status).toBe(200);

  await choose(page, 'A fresh or stronger sign-in');
  await several(page, 'How people have to have signed in', 'urn:example:mfa');
  await form(page).getByLabel('How long ago at most').fill('soon');
  await form(page).getByRole('button', { name: 'Add it' }).click();
  await form(page).getByText('Write a time such as 30s').waitFor();
  await form(page).getByLabel('How long ago at most').fill('15m');
  await looked(page, 'step-up');
  await pick(page, 'Holds for', 'v1/list');
  await add(page, 'owned.step-up');
  expect((await call('/owned/things')).code).toBe('authorization.step_up_required');
  await remove(page, 'owned.step-up');
  expect((await call('/owned/things')).status).toBe(200);
  expect(complaints).toEqual([]);
});

test('a mistake in Cedar stands at its place, and is mended there', async () => {
  await open('cedars');
  const { page, complaints } = await atRules('cedars');
  await choose(page, 'Statements in Cedar');
  const text = form(page).getByRole('textbox', { name: 'Statements' });
  await text.fill('permit (principal, action, resource)\nwhen { principal.nam == "till" }');
  await form(page).getByRole('button', { name: 'Add it' }).click();
  await form(page).getByText('At line 2, column 33: a statement ends with a semicolon.').waitFor();
  await text.fill('permit (principal, action, resource)\nwhen { principal.nam == "till" };\n');
  await form(page).getByRole('button', { name: 'Add it' }).click();
  await form(page)
    .getByText(/^At line 2, column \d+: .*nam.*did you mean `name`/)
    .waitFor();
  expect(await text.getAttribute('aria-invalid')).toBe('true');
  await looked(page, 'cedar-wrong');
  await text.fill('permit (principal, action, resource)\nwhen { principal.name == "till" };\n');
  await form(page).getByRole('button', { name: 'Insert an example' }).click();
  await page.getByRole('menuitem', { name: 'Changes from one network only' }).click();
  await add(page, 'cedars.cedar');
  expect((await call('/cedars/things')).status).toBe(200);
  expect((await call('/cedars/things', { method: 'POST', body: '{}' })).code).toBe('authorization.forbidden');
  await edit(page, 'cedars.cedar');
  await looked(page, 'cedar');
  await text.fill('permit (principal, action, resource);');
  await save(page);
  expect((await call('/cedars/things', { method: 'POST', body: '{}' })).status).toBe(200);
  await remove(page, 'cedars.cedar');
  expect(complaints).toEqual([]);
});

test('another service is asked', async () => {
  await open('asked');
  const { page, complaints } = await atRules('asked');
  await choose(page, 'Ask another service');
  await pick(page, 'What it speaks', 'Open Policy Agent (OPA)');
  await form(page).getByRole('textbox', { name: 'Its address' }).fill('opa.example.com/v1');
  await form(page).getByRole('button', { name: 'More: time, body, headers of its answer' }).click();
  await form(page).getByLabel('Longest time for an answer').fill('50ms');
  await form(page).getByRole('button', { name: 'Add it' }).click();
  await form(page).getByText('Write an address that begins with http').waitFor();
  await looked(page, 'external-wrong');
  await form(page)
    .getByRole('textbox', { name: 'Its address' })
    .fill('https://192.0.2.1/v1/data/orders/allow');
  await add(page, 'asked.external');
  expect((await call('/asked/things')).code).toBe('authorization.external_unavailable');
  await edit(page, 'asked.external');
  await form(page)
    .getByRole('radio', { name: /^let requests pass/ })
    .check();
  const timeout = form(page).getByLabel('Longest time for an answer');
  await timeout.fill('1h');
  await form(page).getByRole('button', { name: 'Save' }).click();
  await form(page).getByText('This is out of range').waitFor();
  await timeout.fill('50ms');
  await looked(page, 'external');
  await save(page);
  expect((await call('/asked/things')).status).toBe(200);
  await remove(page, 'asked.external');
  expect(complaints).toEqual([]);
});

test('quotas and other limits are kept', async () => {
  await open('limits');
  const { page, complaints } = await atRules('limits');
  await choose(page, 'Quota');
  await form(page).getByRole('button', { name: 'Add it' }).click();
  await form(page).getByText('Say how many.').waitFor();
  await form(page).getByRole('textbox', { name: 'Requests in each period' }).fill('2');
  await pick(page, 'Counted for each', 'value of a header');
  await page.keyboard.press('Tab');
  await form(page).getByRole('textbox', { name: 'Which header' }).fill('X-Region');
  await looked(page, 'quota');
  await add(page, 'limits.quota');
  expect(await policy('limits.quota')).toMatchObject({
    quota: 2,
    per: 'day',
    by: ['app', 'header'],
    header: 'X-Region',
  });
  const north = { headers: { 'x-region': 'north' } };
  expect([
    (await call('/limits/things', north)).status,
    (await call('/limits/things', north)).status,
  ]).toEqual([200, 200]);
  expect((await call('/limits/things', north)).code).toBe('limit.quota_exhausted');
  expect((await call('/limits/things', { headers: { 'x-region': 'south' } })).status).toBe(200);
  await edit(page, 'limits.quota');
  await form(page).getByRole('textbox', { name: 'Requests in each period' }).fill('3');
  await save(page);
  expect((await call('/limits/things', north)).status).toBe(200);
  await remove(page, 'limits.quota');

  await choose(page, 'Rate');
  await form(page).getByRole('textbox', { name: 'Requests', exact: true }).fill('1');
  await form(page).getByRole('textbox', { name: 'in a time of' }).fill('1h');
  await looked(page, 'rate');
  await add(page, 'limits.rate');
  expect((await call('/limits/things')).status).toBe(200);
  expect((await call('/limits/things')).status).toBe(429);
  await remove(page, 'limits.rate');

  await choose(page, 'Time between requests');
  await form(page)
    .getByRole('textbox', { name: /^Time between two requests/ })
    .fill('1h');
  await looked(page, 'spacing');
  await add(page, 'limits.spacing');
  await call('/limits/things');
  expect((await call('/limits/things')).status).toBe(429);
  await remove(page, 'limits.spacing');

  await choose(page, 'Requests at once');
  await form(page).getByRole('textbox', { name: 'Requests at once, at most' }).fill('5');
  await looked(page, 'concurrency');
  await add(page, 'limits.concurrency');
  expect((await call('/limits/things')).status).toBe(200);
  await remove(page, 'limits.concurrency');
  expect(complaints).toEqual([]);
});

test('whoever is refused too often is blocked', async () => {
  await open('probed');
  const { page, complaints } = await atRules('probed');
  await choose(page, 'Size of bodies');
  await form(page).getByRole('textbox', { name: 'Largest body' }).fill('2B');
  await looked(page, 'body');
  await add(page, 'probed.body');
  await choose(page, 'Block who is refused too often');
  await form(page).getByRole('combobox', { name: 'Refusals that count' }).fill('body');
  await page.getByRole('option', { name: 'body: all of them' }).click();
  await page.keyboard.press('Tab');
  await form(page).getByRole('textbox', { name: 'More than so many' }).fill('1');
  await looked(page, 'abuse');
  await add(page, 'probed.abuse');
  const large = { method: 'POST', body: '{"a":1}' };
  expect((await call('/probed/things', large)).code).toBe('body.too_large');
  expect((await call('/probed/things', large)).code).toBe('body.too_large');
  await expect.poll(async () => (await call('/probed/things')).code).toBe('limit.blocked');
  await remove(page, 'probed.abuse');
  await expect.poll(async () => (await call('/probed/things')).status).toBe(200);
  await edit(page, 'probed.body');
  await form(page).getByRole('textbox', { name: 'Largest body' }).fill('1KiB');
  await save(page);
  expect((await call('/probed/things', large)).status).toBe(200);
  expect(complaints).toEqual([]);
});

const THINGS = `openapi: 3.1.0
info: {title: Things, version: '1'}
paths:
  /things:
    get:
      parameters: [{name: page, in: query, schema: {type: integer}}]
      responses: {'200': {description: ok}}
`;

test('requests are held to the document, and to headers', async () => {
  await open('held', { openapi: THINGS });
  const { page, complaints } = await atRules('held');
  await choose(page, 'Hold requests to the OpenAPI document');
  await form(page).getByRole('radio', { name: 'Only this' }).check();
  await form(page)
    .getByRole('checkbox', { name: /^Codings/ })
    .uncheck();
  await form(page)
    .getByRole('checkbox', { name: /^Refuse query parameters/ })
    .check();
  await form(page).getByRole('button', { name: 'More: uploads, size, status' }).click();
  await looked(page, 'contract');
  await add(page, 'held.contract');
  expect(await policy('held.contract')).toMatchObject({
    checks: ['parameters', 'body', 'accept'],
    unknown_parameters: 'refuse',
  });
  expect((await call('/held/things?page=2')).status).toBe(200);
  expect((await call('/held/things?page=two')).code).toBe('parameter.invalid');
  expect((await call('/held/things?other=2')).status).toBe(400);
  await edit(page, 'held.contract');
  await form(page)
    .getByRole('checkbox', { name: /^Refuse query parameters/ })
    .uncheck();
  await save(page);
  expect((await call('/held/things?other=2')).status).toBe(200);
  await remove(page, 'held.contract');

  await choose(page, 'Headers and media types');
  await several(page, 'Headers that have to be there', 'X-Reason');
  await form(page).getByLabel('Headers that may only have these values: name 1').fill('X-Version');
  await form(page)
    .getByRole('combobox', { name: 'Headers that may only have these values: values 1' })
    .fill('2026-*');
  await page.keyboard.press('Enter');
  await several(page, 'Media types that a body may have', 'application/json');
  await looked(page, 'headers');
  await add(page, 'held.headers');
  expect((await call('/held/things')).code).toBe('headers.required_missing');
  const right = { 'x-reason': 'test', 'x-version': '2026-11' };
  expect((await call('/held/things', { headers: right })).status).toBe(200);
  expect((await call('/held/things', { headers: { ...right, 'x-version': '2025-11' } })).status).toBe(400);
  await remove(page, 'held.headers');
  expect(complaints).toEqual([]);
});

test('parts of answers are hidden', async () => {
  await open('masked');
  const { page, complaints } = await atRules('masked');
  await choose(page, 'Hide parts of answers');
  const part = form(page).getByRole('group', { name: 'Part 1' });
  await part.getByRole('textbox', { name: 'Place' }).fill('headers');
  await form(page).getByRole('button', { name: 'Add it' }).click();
  await part.getByText(/is no place/).waitFor();
  await part.getByRole('textbox', { name: 'Place' }).fill('/headers/x-secret');
  await part.getByRole('combobox', { name: 'Shown instead' }).click();
  await page.getByRole('option', { name: 'its first and last characters' }).click();
  await part.getByRole('textbox', { name: 'Last' }).fill('2');
  await form(page).getByRole('button', { name: 'Hide something else' }).click();
  const second = form(page).getByRole('group', { name: 'Part 2' });
  await second.getByRole('combobox', { name: 'Found' }).click();
  await page.getByRole('option', { name: 'by what it looks like' }).filter({ visible: true }).click();
  await second.getByRole('combobox', { name: 'What it is' }).click();
  await page.getByRole('option', { name: 'mail addresses' }).click();
  await looked(page, 'mask');
  await add(page, 'masked.mask');
  expect(await policy('masked.mask')).toMatchObject({
    hide: [{ at: '/headers/x-secret', keep_first: 0, keep_last: 2 }, { value: 'email' }],
  });
  const headers = { 'x-secret': 'abcdefgh', 'x-mail': 'lin@example.com' };
  const seen = async () => (await call('/masked/things', { headers })).body.headers as Record<string, string>;
  expect(await seen()).toMatchObject({ 'x-secret': expect.stringMatching(/^\*+gh$/), 'x-mail': '***' });
  await edit(page, 'masked.mask');
  await form(page).getByRole('button', { name: 'Take out: Part 1' }).click();
  await save(page);
  expect(await seen()).toMatchObject({ 'x-secret': 'abcdefgh', 'x-mail': '***' });
  await remove(page, 'masked.mask');
  expect(await seen()).toMatchObject(headers);
  expect(complaints).toEqual([]);
});

test('requests and answers are changed, step by step', async () => {
  await open('changed');
  const { page, complaints } = await atRules('changed');
  await choose(page, 'Change what passes');
  await form(page).getByRole('button', { name: 'Add it' }).click();
  await form(page).getByText('Say what is changed.').waitFor();
  await form(page).getByRole('button', { name: 'Add a change: Requests, headers' }).click();
  const change = form(page).getByRole('group', { name: 'Requests, headers, change 1' });
  await change.getByRole('textbox', { name: 'Name' }).fill('X-App');
  await change.getByRole('textbox', { name: 'Value' }).fill('{{ request.ap }}');
  const steps = form(page).getByRole('group', { name: 'Answers, on their way back' });
  await steps.getByRole('button', { name: 'Add a step: Answers' }).click();
  const first = form(page).getByRole('group', { name: 'Answers: step 1' });
  await first.getByRole('textbox', { name: 'Place' }).fill('/source');
  await first.getByRole('textbox', { name: 'Text' }).fill('things');
  await steps.getByRole('button', { name: 'Add a step: Answers' }).click();
  const second = form(page).getByRole('group', { name: 'Answers: step 2' });
  await second.getByRole('combobox', { name: 'What is done' }).click();
  await page.getByRole('option', { name: 'Rename' }).filter({ visible: true }).click();
  await second.getByRole('textbox', { name: 'Place' }).fill('/message');
  await second.getByRole('textbox', { name: 'New name' }).fill('source');
  await form(page).getByRole('button', { name: 'Move up: Answers: step 2' }).click();
  await form(page).getByRole('button', { name: 'Add it' }).click();
  // What the API says of a template stands at its row.
  await change.getByText(/This rule has a text that cannot be used/).waitFor();
  await looked(page, 'transform-wrong');
  await change.getByRole('textbox', { name: 'Value' }).fill('{{ request.app }}');
  await add(page, 'changed.transform');
  expect(await policy('changed.transform')).toMatchObject({
    request: { headers: { set: { 'X-App': '{{ request.app }}' } } },
    response: {
      body: [
        { rename: '/message', to: 'source' },
        { set: '/source', value: 'things' },
      ],
    },
  });
  const { body } = await call('/changed/things');
  expect(body).toMatchObject({ source: 'things', headers: { 'x-app': 'till' } });
  expect(body).not.toHaveProperty('message');
  await edit(page, 'changed.transform');
  await form(page).getByRole('button', { name: 'Take out: Answers: step 1' }).click();
  await looked(page, 'transform');
  await save(page);
  expect((await call('/changed/things')).body).toHaveProperty('message');
  await remove(page, 'changed.transform');
  expect((await call('/changed/things')).body).not.toHaveProperty('source');
  expect(complaints).toEqual([]);
});

test('on a narrow screen in the dark, rules are read and changed, too', async () => {
  await open('dark');
  await at.ask('POST', '/api/v1/policies', {
    id: 'dark.hours',
    kind: 'conditions',
    on: { service: 'dark', operation: 'list' },
    require: { time: { between: '22:00-06:00', days: ['sat-sun', 'wed'], zone: 'Europe/Berlin' } },
  });
  const { page, complaints } = await atRules('dark', { width: 390, dark: true });
  await page.getByText('list, in every version').waitFor();
  await fits(page);
  await accessible(page);
  await shot(page, 'rules-dark');
  await edit(page, 'dark.hours');
  expect(await form(page).getByRole('checkbox', { name: 'Wed' }).isChecked()).toBe(true);
  await accessible(page);
  await shot(page, 'rules-dark-form');
  await form(page).getByRole('checkbox', { name: 'Wed' }).uncheck();
  await save(page);
  expect(await policy('dark.hours')).toMatchObject({
    on: { service: 'dark', operation: 'list' },
    require: { time: { days: ['sat', 'sun'] } },
  });
  expect(complaints).toEqual([]);
});

test('rules about browsers and networks are added, edited and removed', async () => {
  await made('walls');
  const { page, complaints } = await atRules('walls', {}, 'admin');
  await page.getByText('No rule of its own').waitFor();
  await choose(page, 'Pages of other origins');
  await form(page).getByLabel('Origins whose pages may call').first().fill('https://app.example.com');
  await page.keyboard.press('Enter');
  await form(page).getByLabel('Headers that their pages may send').first().fill('X-API-Key');
  await page.keyboard.press('Enter');
  await looked(page, 'cors');
  await form(page).getByRole('button', { name: 'Add it' }).click();
  await page.getByRole('table', { name: 'Rules of this service' }).getByText('walls.cors').waitFor();
  expect(await policy('walls.cors')).toMatchObject({
    kind: 'cors',
    on: { service: 'walls' },
    origins: ['https://app.example.com'],
  });
  const preflight = await fetch(`${at.gateway}/walls/things`, {
    method: 'OPTIONS',
    headers: { origin: 'https://app.example.com', 'access-control-request-method': 'POST' },
  });
  expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example.com');

  await choose(page, 'Addresses and countries');
  await form(page).getByLabel('Only from addresses on these lists').first().fill('offices');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await form(page).getByRole('combobox', { name: 'Holds for' }).click();
  await page.getByRole('option', { name: 'v1/list' }).click();
  await form(page).getByRole('button', { name: 'Add it' }).click();
  await page.getByText('Rule walls.network holds now.').waitFor();
  expect(await policy('walls.network')).toMatchObject({
    allow: ['offices'],
    on: { service: 'walls', version: 'v1', operation: 'list' },
  });

  await choose(page, 'Forged requests');
  await form(page).getByRole('button', { name: 'More: Referer, token' }).click();
  await form(page).getByRole('checkbox', { name: 'Pages have to send a token besides' }).check();
  await accessible(page);
  await form(page).getByRole('button', { name: 'Add it' }).click();
  await page.getByText('Rule walls.csrf holds now.').waitFor();
  expect(await policy('walls.csrf')).toMatchObject({ kind: 'csrf', token: {} });

  await page.getByRole('button', { name: 'Edit rule walls.cors' }).click();
  await form(page)
    .getByRole('checkbox', { name: /^Refuse requests of other origins/ })
    .check();
  await form(page).getByRole('button', { name: 'Save' }).click();
  await page.getByText('Rule walls.cors holds now.').waitFor();
  expect(await policy('walls.cors')).toMatchObject({
    enforce_origin: true,
    origins: ['https://app.example.com'],
  });

  await page.getByRole('button', { name: 'Remove rule walls.csrf' }).click();
  await form(page).getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Rule walls.csrf is gone.').waitFor();
  expect((await at.ask('GET', '/api/v1/policies/walls.csrf')).status).toBe(404);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Edit rule walls.csrf' }).waitFor();
  await accessible(page);
  expect(complaints).toEqual([]);
});
