import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { accessible, type Browser, browser, closeAll, fits, shot, somebody } from './harness/browser';
import { curl, type Postern, postern } from './harness/postern';

let at: Postern;
let chromium: Browser;

const PENDING = 'sub_fieldforce_partners';

beforeAll(async () => {
  [at, chromium] = await Promise.all([postern(), browser()]);
});
afterEach(() => closeAll(chromium));
afterAll(async () => {
  await chromium?.close();
  await at?.end();
});

type Document = Record<string, unknown> & { id: string };

async function subscription(id: string): Promise<Document> {
  const { status, body } = await at.ask('GET', `/api/v1/subscriptions/${id}`);
  expect(status).toBe(200);
  return body;
}

/** Asks for a subscription by the API; its id. */
async function asked(app: string, service: string, reason: string): Promise<string> {
  const wanted = { app, service, plan: 'standard', reason };
  const { status, body } = await at.ask('POST', '/api/v1/subscription-requests', wanted);
  expect(status).toBe(201);
  return (body as Document).id;
}

const as = (role: string, tenant?: string, options?: { width?: number; dark?: boolean }) =>
  somebody(chromium, at, role, tenant, options);

test('a publisher reads the story, approves with an end, and the count goes down', async () => {
  const refused = at.scenarios.find((one) => one.name === 'subscription pending');
  for (let n = 0; n < 2; n += 1) expect((await curl(refused?.curl ?? '')).status).toBe(403);
  const other = await asked('newcomer', 'users', '<script>alert(1)</script> \u202eevil');
  const { page, complaints } = await as('publisher', 'commerce');
  await page.getByLabel('2 wait for a decision').waitFor();
  await page.getByRole('link', { name: /Approvals/ }).click();
  const story = page.getByRole('region', { name: 'fieldforce asks for partners' });
  await story.getByText('Customers are registered on the road').waitFor();
  await story.getByText('Field force of tenant Fieldwork Partners').waitFor();
  await story.getByText('lin@fieldwork.example').waitFor();
  await story.getByText('partners:write').waitFor();
  const meanwhile = story.getByRole('link', { name: '2 refusals because of this' });
  await expect(meanwhile.getAttribute('href')).resolves.toMatch(
    /^\/refusals\?app=fieldforce&service=partners&code=subscription\.pending/,
  );
  await page.getByText('U+202E').waitFor();
  await accessible(page);
  await shot(page, 'approvals');

  await story.getByRole('button', { name: /^Approve/ }).click();
  const approve = page.getByRole('dialog', { name: 'Approve partners for fieldforce' });
  await approve.getByLabel('partners:write').waitFor();
  await accessible(page);
  await shot(page, 'approve');
  await page.keyboard.press('Escape');
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
    .toBe('Approve: fieldforce asks for partners');
  await page.keyboard.press('Enter');
  await approve.getByLabel('Ends').fill('2032-12-31T12:00');
  await approve.getByLabel('Comment').fill('Welcome');
  await approve.getByRole('button', { name: 'Approve' }).click();
  await page.getByLabel('1 waits for a decision').waitFor();
  await expect(story.count()).resolves.toBe(0);
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  expect(await subscription(PENDING)).toMatchObject({
    state: 'approved',
    comment: 'Welcome',
    expires_at: '2032-12-31T11:00:00Z',
  });
  expect((await curl(refused?.curl ?? '')).status).toBe(200);

  await page.getByRole('button', { name: /^Reject: newcomer/ }).click();
  const reject = page.getByRole('dialog', { name: 'Reject users for newcomer' });
  await reject.getByRole('button', { name: 'Reject' }).click();
  await reject.getByText('Say why: the comment is missing.').waitFor();
  await reject.getByLabel('Comment').fill('Say who you are');
  await accessible(page);
  await reject.getByRole('button', { name: 'Reject' }).click();
  await page.getByText('Nothing waits for your decision').waitFor();
  await expect(page.getByLabel(/wait for a decision|waits for a decision/).count()).resolves.toBe(0);
  expect(await subscription(other)).toMatchObject({ state: 'rejected', comment: 'Say who you are' });
  await accessible(page);

  await page.getByRole('tab', { name: 'History' }).click();
  const decided = page.getByRole('table', { name: 'Subscriptions' });
  // The newest decision first.
  await expect.poll(() => decided.getByRole('row').nth(1).textContent()).toContain('newcomer → users');
  await expect(decided.getByRole('row').nth(2).textContent()).resolves.toContain('fieldforce → partners');
  await page.getByLabel('State').selectOption('Rejected');
  await page.waitForURL(/tab=history&state=rejected/);
  await page.getByRole('table', { name: 'Subscriptions' }).getByText('Say who you are').waitFor();
  await accessible(page);
  await shot(page, 'approvals-history');
  expect(complaints).toEqual([]);
});

test('a subscription is suspended, let go on by undoing it, changed, and taken back', async () => {
  const { page, complaints } = await as('publisher', 'commerce');
  await page.goto('/subscriptions/sub_shop_users');
  await page.getByRole('heading', { name: 'Subscription of shop to users', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Suspend…' }).click();
  const suspend = page.getByRole('dialog', { name: 'Suspend users for shop' });
  await suspend.getByLabel('Cause').selectOption('It is not paid for');
  await suspend.getByLabel('Comment').fill('The invoice is open');
  await accessible(page);
  await shot(page, 'subscription-suspend');
  await suspend.getByRole('button', { name: 'Suspend' }).click();
  await page.getByRole('region', { name: 'What it is' }).getByText('It is not paid for').waitFor();
  expect(await subscription('sub_shop_users')).toMatchObject({ state: 'suspended', cause: 'billing' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Suspend…' }).waitFor();
  expect(await subscription('sub_shop_users')).toMatchObject({ state: 'approved' });

  await page.getByRole('button', { name: 'Change…' }).click();
  const change = page.getByRole('dialog', { name: 'Change what shop may use of users' });
  await change.getByLabel('Only these').check();
  await change.getByLabel('write:users').uncheck();
  await accessible(page);
  await change.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => (await subscription('sub_shop_users')).scopes).toEqual(['read:users']);

  await page.getByRole('button', { name: 'Take back…' }).click();
  const reject = page.getByRole('dialog', { name: 'Reject users for shop' });
  await reject.getByLabel('Comment').fill('No longer');
  await reject.getByRole('button', { name: 'Reject' }).click();
  await page.getByRole('region', { name: 'What happened' }).getByText('Rejected').waitFor();
  await accessible(page);
  await shot(page, 'subscription');
  expect(complaints).toEqual([]);
});

test('a publisher grants fewer scopes than were asked for', async () => {
  const id = await asked('build', 'users', 'Accounts of those who deploy');
  const { page, complaints } = await as('publisher', 'commerce');
  await page.goto(`/subscriptions/${id}`);
  await page.getByRole('button', { name: 'Approve…' }).click();
  const approve = page.getByRole('dialog', { name: 'Approve users for build' });
  await approve.getByLabel('write:users').uncheck();
  await approve.getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('button', { name: 'Suspend…' }).waitFor();
  expect(await subscription(id)).toMatchObject({ state: 'approved', scopes: ['read:users'] });
  expect(complaints).toEqual([]);
});

test('a decision about what somebody else changed meanwhile is not taken before it was looked at', async () => {
  const id = await asked('build', 'partners', 'Customers for tests');
  const { page, complaints } = await as('publisher', 'commerce');
  await page.goto(`/subscriptions/${id}`);
  await page.getByRole('button', { name: 'Approve…' }).click();
  const approve = page.getByRole('dialog', { name: 'Approve partners for build' });
  await approve.getByText('Customers for tests').waitFor();
  const patched = await fetch(`${at.admin}/api/v1/subscriptions/${id}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify({ reason: 'All customers, for the newspaper' }),
  });
  expect(patched.status).toBe(200);
  await approve.getByRole('button', { name: 'Approve' }).click();
  const conflict = page.getByRole('dialog', { name: 'Somebody else changed this meanwhile' });
  await conflict.getByText('All customers, for the newspaper').waitFor();
  expect(await subscription(id)).toMatchObject({ state: 'pending' });
  await accessible(page);
  await shot(page, 'approve-mismatch');
  await conflict.getByRole('button', { name: 'Approve what is asked now' }).click();
  await page.getByRole('button', { name: 'Suspend…' }).waitFor();
  expect(await subscription(id)).toMatchObject({ state: 'approved' });
  expect(complaints).toEqual([]);
});

test('a developer reminds, cancels, and asks again; the publisher’s steps are not offered', async () => {
  const id = await asked('newcomer', 'orders', 'A trial');
  const { page, complaints } = await as('developer', 'fieldwork');
  await page.goto(`/subscriptions/${id}`);
  await page.getByRole('button', { name: 'Remind' }).click();
  const remind = page.getByRole('dialog', { name: 'Remind whoever decides about orders' });
  await expect(page.getByRole('button', { name: 'Approve…' }).count()).resolves.toBe(0);
  await remind.getByRole('button', { name: 'Remind' }).click();
  await page.getByRole('region', { name: 'What happened' }).getByText('Reminded').waitFor();
  await remind.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Remind' }).click();
  await remind.getByRole('button', { name: 'Remind' }).click();
  await remind.getByText('they were reminded within the last day').waitFor();
  await accessible(page);
  await remind.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Cancel subscription…' }).click();
  const cancel = page.getByRole('dialog', { name: 'Cancel orders of newcomer' });
  await cancel.getByRole('button', { name: 'End the subscription' }).click();
  await page.getByRole('button', { name: 'Ask again…' }).click();
  expect(await subscription(id)).toMatchObject({ state: 'cancelled' });
  const again = page.getByRole('dialog', { name: 'Request a subscription for newcomer' });
  await again.getByLabel('What for').fill('Another trial');
  await again.getByRole('button', { name: 'Request' }).click();
  await page.getByRole('button', { name: 'Remind' }).waitFor();
  expect(await subscription(id)).toMatchObject({ state: 'pending', reason: 'Another trial' });
  expect(complaints).toEqual([]);
});

test('a change request that waits leads to its page', async () => {
  const proposed = await at.ask('POST', '/api/v1/change-requests', {
    comment: 'Call it by its name',
    changes: [{ kind: 'app', id: 'shop', patch: { title: 'Shop of the house' } }],
  });
  const { id } = proposed.body as Document;
  const { page, complaints } = await as('owner');
  await page.goto('/approvals');
  const waiting = page.getByRole('region', { name: `Change request ${id}` });
  await waiting.getByText('Call it by its name').waitFor();
  await waiting.getByText('demo@localhost').waitFor();
  await accessible(page);
  await shot(page, 'approvals-change');
  await waiting.getByRole('link', { name: 'Look at the changes' }).click();
  await page.waitForURL(new RegExp(`/change-requests/${id}$`));
  expect(complaints).toEqual([]);
});

test('who proposes changes comes to the requests, without a page of revisions', async () => {
  const role = { id: 'commerce:proposer', tenant: 'commerce', permissions: ['changes.propose'] };
  expect((await at.ask('POST', '/api/v1/roles', role)).status).toBe(201);
  const { page, complaints } = await as('commerce:proposer', 'commerce', { width: 390 });
  await page.getByRole('button', { name: 'Open the list of pages' }).click();
  await expect(page.getByRole('link', { name: 'Revisions' }).count()).resolves.toBe(0);
  await page.getByRole('link', { name: /Approvals/ }).click();
  await page.getByText('Nothing waits for your decision').waitFor();
  await expect(page.getByRole('tab', { name: 'History' }).count()).resolves.toBe(0);
  await accessible(page);
  await page.getByRole('button', { name: 'Open the list of pages' }).click();
  await page.getByRole('link', { name: 'Change requests' }).click();
  await page.getByRole('heading', { name: 'Change requests', level: 1 }).waitFor();
  expect(complaints).toEqual([]);
});

test('a viewer of the consumer sees the story on the subscription’s page, and no button', async () => {
  const id = await asked('fieldforce', 'admin', 'The vans report where they are');
  const { page, complaints } = await as('viewer', 'fieldwork', { width: 390, dark: true });
  await page.goto('/approvals');
  await page.getByText('Nothing waits for your decision').waitFor();
  await page.getByRole('button', { name: 'Open the list of pages' }).click();
  await page.getByRole('link', { name: 'Approvals' }).waitFor();
  await expect(page.getByRole('link', { name: 'Change requests' }).count()).resolves.toBe(0);
  await page.goto(`/subscriptions/${id}`);
  await page.getByText('The vans report where they are').first().waitFor();
  await page.getByText('Not refused since then').waitFor();
  await expect(page.getByRole('main').getByRole('button').count()).resolves.toBe(0);
  await fits(page);
  await accessible(page);
  await shot(page, 'subscription-narrow-dark');
  expect(complaints).toEqual([]);
});
