import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  accessible,
  account,
  type Browser,
  browser,
  closeAll,
  type Look,
  type Page,
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
/** The last request of each scenario of the demo. */
const ids = new Map<string, string>();

beforeAll(async () => {
  [at, chromium] = await Promise.all([postern(), browser()]);
  owner = await session(chromium, at, await account(at, 'why@example.com', 'owner'));
  for (const one of at.scenarios) ids.set(one.name, (await curl(one.curl)).id);
});
afterEach(() => closeAll(chromium));
afterAll(async () => {
  await chromium?.close();
  await at?.end();
});

const WRONG_KEY = 'key of another environment with too few scopes';

function id(scenario: string): string {
  const found = ids.get(scenario);
  if (!found) throw new Error(`there is no scenario ${scenario}`);
  return found;
}

function curlOf(scenario: string): string {
  const found = at.scenarios.find((one) => one.name === scenario);
  if (!found) throw new Error(`there is no scenario ${scenario}`);
  return found.curl;
}

async function open(scenario: string, look: Look = {}) {
  const window = await visit(chromium, at, { session: owner, ...look });
  await window.page.goto(`/requests/${id(scenario)}`);
  return window;
}

/** Reviews the first fix and applies it; the comment it was given stands in the trail. */
async function applyFix(page: Page, comment: string, picture: string) {
  await page
    .getByRole('button', { name: /^Review and apply/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog', { name: 'Apply this fix?' });
  await dialog.getByRole('region', { name: 'lines of the configuration' }).waitFor();
  const apply = dialog.getByRole('button', { name: 'Apply' });
  await expect.poll(() => apply.isEnabled()).toBe(true);
  await accessible(page);
  await shot(page, picture);
  await dialog.getByLabel('Comment').fill(comment);
  await apply.click();
}

/** The text of something, as it is. */
async function said(of: Locator): Promise<string> {
  return (await of.textContent()) ?? '';
}

async function tryAgain(page: Page) {
  const done = page.getByRole('group', { name: /^Done:/ });
  await done.getByRole('button', { name: 'Decide again' }).click();
  await done.getByText(/^It would pass now/).waitFor();
  return done;
}

test('story 1: a new key, made by the proved fix, lets the same request pass', async () => {
  const { page, complaints } = await open(WRONG_KEY);
  await page.getByRole('heading', { level: 1, name: 'Why POST /v1/users was refused' }).waitFor();
  // Both problems at once: the one that refused, and the one that would have been next.
  const way = page.getByRole('list', { name: 'Stages of the request' });
  expect(await way.getByRole('listitem').count()).toBe(17);
  await way.getByRole('listitem').filter({ hasText: 'authenticate' }).getByText('refused here').waitFor();
  await way.getByRole('listitem').filter({ hasText: 'authorize' }).getByText('would refuse next').waitFor();
  const first = page.getByRole('article', { name: /Refused at stage 8 of 17/ });
  expect(await first.textContent()).toMatch(/staging[\s\S]*Expected[\s\S]*production/i);
  await accessible(page);
  await shot(page, 'why-story-1');
  const review = page.getByRole('button', { name: /^Review and apply/ }).first();
  const offered = (await review.getAttribute('aria-label')) ?? '';
  await applyFix(page, 'For production', 'why-story-1-apply');
  const dialog = page.getByRole('dialog', { name: 'A new key' });
  const key = await said(dialog.getByRole('region', { name: 'new key of fieldforce' }));
  const ready = await said(dialog.getByRole('region', { name: 'curl command' }));
  expect(key).toMatch(/^pst_/);
  expect(ready).toContain(key);
  expect(ready).toContain(`${at.gateway}/v1/users`);
  await accessible(page);
  await shot(page, 'why-story-1-key');
  await dialog.getByRole('checkbox').check();
  await dialog.getByRole('button', { name: 'Close' }).click();
  const done = await tryAgain(page);
  // Decided with the new key, and its body was in no record.
  await done
    .getByText(`key_${key.slice(4, 20)}`)
    .first()
    .waitFor();
  await done.getByText('content: nobody had looked at the body yet').waitFor();
  expect(await done.textContent()).not.toContain(key);
  await accessible(page);
  await shot(page, 'why-story-1-done');
  // It would make another key each time: it is offered once, whatever is looked at meanwhile.
  const fix = page.getByRole('article').filter({ hasText: 'Applied' });
  const again = page.getByRole('button', { name: offered });
  await fix.waitFor();
  expect(await again.count()).toBe(0);
  await page.getByText('Publisher', { exact: true }).click();
  await page.getByText('What the owners of the service see.').waitFor();
  await page.getByText('Operator', { exact: true }).click();
  await fix.waitFor();
  expect(await again.count()).toBe(0);
  const same = curlOf(WRONG_KEY).replace(/pst_\w+/, key);
  expect((await curl(same)).status).toBe(200);
  // The body is in no record, so that it comes from a file; everything else is as it was sent.
  expect((await curl(ready.replace('@body.json', `'{"name":"Lin"}'`))).status).toBe(200);
  expect(complaints).toEqual([]);
});

test('story 2: the address is put on the list', async () => {
  const { page, complaints } = await open('address not on the list');
  const met = page.getByRole('article', { name: /Refused at stage 5 of 17/ });
  expect(await met.textContent()).toMatch(/127\.0\.0\.1[\s\S]*10\.20\.0\.0\/16/);
  await accessible(page);
  await shot(page, 'why-story-2');
  const link = page.getByRole('link', { name: 'Add this address to a list' });
  expect(await link.getAttribute('href')).toBe(
    `/lists?address=127.0.0.1&request=${id('address not on the list')}`,
  );
  await applyFix(page, 'The second data centre', 'why-story-2-apply');
  await tryAgain(page);
  expect((await curl(curlOf('address not on the list'))).status).toBe(200);
  const list = (await at.ask('GET', '/api/v1/lists/build-servers')).body as { entries: unknown[] };
  expect(JSON.stringify(list.entries)).toContain('127.0.0.1/32');
  const trail = (await at.ask('GET', '/api/v1/audit')).body;
  expect(JSON.stringify(trail)).toContain('The second data centre');
  // What was mended is not there to be mended again, and the page says so.
  await page.reload();
  await page.getByRole('button', { name: /^Review and apply/ }).click();
  await page.getByRole('dialog').getByText('this request would pass now').waitFor();
  expect(complaints).toEqual([]);
});

test('story 3: the subscription is approved', async () => {
  const { page, complaints } = await open('subscription pending');
  await page.getByText('A decision is due').waitFor();
  await accessible(page);
  await applyFix(page, 'Welcome', 'why-story-3-apply');
  await tryAgain(page);
  expect((await curl(curlOf('subscription pending'))).status).toBe(200);
  expect(complaints).toEqual([]);
});

test('since when it is refused, by whose change, and with which comment', async () => {
  const entries = async (comment: string, entries: string[]) => {
    const path = `/api/v1/lists/build-servers?comment=${encodeURIComponent(comment)}`;
    expect((await at.ask('PATCH', path, { entries })).status).toBe(200);
  };
  await entries('They move in', ['10.20.0.0/16', '127.0.0.1']);
  const command = curlOf('address not on the list');
  expect((await curl(command)).status).toBe(200);
  await entries('Loopback is no build server', ['10.20.0.0/16']);
  const refused = await curl(command);
  expect(refused.status).toBe(403);
  const { page, complaints } = await visit(chromium, at, { session: owner });
  await page.goto(`/requests/${refused.id}`);
  const since = page.getByRole('region', { name: 'Since when' });
  await since.getByText('Loopback is no build server').waitFor();
  const told = await said(since);
  expect(told).toMatch(/Allowed before.* until revision.*refused since.*By.*demo/s);
  expect(told).toMatch(/\d\d:\d\d:\d\d \+0[12]:00/);
  await accessible(page);
  await shot(page, 'why-since');
  expect(complaints).toEqual([]);
});

test('what others are told can be looked at, and is in the address', async () => {
  const { page, complaints } = await open('missing scope');
  await page.getByRole('radio', { name: 'Operator' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.waitForURL(/audience=publisher/);
  // Whoever goes by keys stays where they are.
  await page.keyboard.press('ArrowRight');
  await page.waitForURL(/audience=consumer/);
  await page.getByText('What whoever sent the request can look up').waitFor();
  expect(await page.getByRole('button', { name: /^Review and apply/ }).count()).toBe(0);
  await accessible(page);
  await shot(page, 'why-consumer');
  await page.goto(`/requests/${id('missing scope')}?audience=publisher`);
  await page.getByText('What the owners of the service see.').waitFor();
  expect(await page.getByRole('radio', { name: 'Publisher' }).isChecked()).toBe(true);
  await page.getByText('Operator', { exact: true }).click();
  await page.waitForURL((url) => url.search === '');
  expect(complaints).toEqual([]);
});

test('a refusal that was right offers what opens it last, and folded away', async () => {
  const { page, complaints } = await open('revoked key');
  const fix = page.getByRole('button', { name: /restore key/ });
  await page.getByText('If this refusal was wrong').waitFor();
  expect(await fix.isVisible()).toBe(false);
  await page.getByText('If this refusal was wrong').click();
  expect(await fix.isVisible()).toBe(true);
  await accessible(page);
  // Compared with the last request that passed.
  await page.getByRole('row', { name: /credential key_/ }).waitFor();
  await shot(page, 'why-right');
  expect(complaints).toEqual([]);
});

test('the upstream’s own refusal is not Postern’s, and what passed is told', async () => {
  const { page, complaints } = await open('upstream refuses by itself');
  await page.getByText('This refusal is not Postern’s.').waitFor();
  await page.getByText('charges_disabled').first().waitFor();
  await accessible(page);
  await shot(page, 'why-origin');
  await page.getByText('What passed', { exact: true }).click();
  await page.getByRole('region', { name: 'Headers on their way to the upstream' }).waitFor();
  expect(await page.getByRole('region', { name: 'Headers as they came' }).textContent()).toContain(
    '[redacted]',
  );
  await accessible(page);
  await page.goto(`/requests/${id('allowed')}`);
  await page.getByRole('heading', { level: 1, name: 'How POST /v1/users passed' }).waitFor();
  await accessible(page);
  await shot(page, 'why-allowed');
  expect(complaints).toEqual([]);
});

test('a record that is not there: where was looked, and what an id looks like', async () => {
  const { page, complaints } = await open('allowed');
  await page.goto('/requests/01JDB7Z3K8Q4M2T9V6X1C5N0RW');
  await page.getByRole('heading', { level: 1, name: 'No record of this request' }).waitFor();
  await page.getByText('Records are kept for 30 days.').waitFor();
  await accessible(page);
  await shot(page, 'why-lost');
  await page.goto('/requests/!!nonsense');
  await page.getByText('A request id has 26 letters and digits').first().waitFor();
  await accessible(page);
  await page.goto(`/requests/${id('allowed').slice(0, 4)}`);
  await page.getByRole('heading', { level: 1, name: 'Several requests begin like this' }).waitFor();
  await accessible(page);
  expect(complaints).toEqual([]);
});

test('what takes two people is proposed for somebody else to approve', async () => {
  const users = '/api/v1/services/users';
  const before = (await at.ask('GET', users)).body as object;
  const asked = await at.ask('PUT', users, { ...before, publish_approval: true });
  expect(asked.status).toBe(200);
  const { page, complaints } = await open('wrong method', { dark: true });
  await page.getByText('Somebody else has to approve this').waitFor();
  expect(await page.getByRole('button', { name: /^Review and apply/ }).count()).toBe(0);
  await page.getByRole('button', { name: 'Propose it' }).click();
  const dialog = page.getByRole('dialog', { name: 'Propose this fix?' });
  await dialog.getByLabel('Comment').fill('They mean to delete');
  await accessible(page);
  await shot(page, 'why-propose-dark');
  await dialog.getByRole('button', { name: 'Propose it' }).click();
  await page.waitForURL('**/change-requests/*');
  const proposed = (await at.ask('GET', '/api/v1/change-requests')).body;
  expect(JSON.stringify(proposed)).toContain('They mean to delete');
  expect(complaints).toEqual([]);
});

test('whoever only looks gets no button; a consumer sees the consumer’s part', async () => {
  const auditor = await account(at, 'auditor@example.com', 'auditor');
  const viewer = await account(at, 'viewer@example.com', 'viewer', 'fieldwork');
  const { page, complaints } = await visit(chromium, at, { width: 390 });
  await signIn(page, auditor);
  await page.goto(`/requests/${id('missing scope')}`);
  await page.getByText('You may not apply this.').first().waitFor();
  expect(await page.getByRole('button', { name: /apply/i }).count()).toBe(0);
  expect(await page.getByRole('link', { name: 'Add this address to a list' }).count()).toBe(0);
  await accessible(page);
  await shot(page, 'why-auditor-390');
  await page.context().clearCookies();
  // Who owns the service decides about its subscriptions, and makes no keys of other people's apps.
  const publisher = await account(at, 'publisher@example.com', 'publisher', 'commerce');
  await signIn(page, publisher);
  await page.goto(`/requests/${id('subscription suspended')}`);
  await page.getByText('If this refusal was wrong').click();
  await page.getByRole('button', { name: /apply: resume subscription/ }).waitFor();
  expect(await page.getByRole('radio', { name: 'Operator' }).count()).toBe(0);
  await page.context().clearCookies();
  await signIn(page, viewer);
  await page.goto(`/requests/${id(WRONG_KEY)}`);
  await page.getByText('API key of another environment').first().waitFor();
  expect(await page.getByRole('button', { name: /apply/i }).count()).toBe(0);
  expect(await page.getByRole('radio', { name: 'Operator' }).count()).toBe(0);
  await accessible(page);
  await shot(page, 'why-viewer-390');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(complaints).toEqual([]);
});

test('answers of a newer Postern and hostile texts do no harm', async () => {
  const { page, complaints } = await open('missing scope', { dark: true, width: 390 });
  await page.getByRole('heading', { level: 1 }).waitFor();
  const evil = `<script>alert(1)</script>\u202Eevil${'x'.repeat(10_000)}`;
  const binary = Array.from({ length: 8192 }, (_, n) => String.fromCharCode(n % 32)).join('');
  await page.route('**/explanation*', async (route) => {
    const answered = await route.fetch();
    const body = await answered.json();
    Object.assign(body.found, {
      verdict: 'postponed',
      since: { kind: 'omen' },
      notes: [evil],
      not_known: [{ stage: 'quantum', what: 'entangled', not_looked_at: false }],
    });
    Object.assign(body.found.asked, { app: evil, path: `/${evil}`, credential: evil });
    Object.assign(body.found.refusal, {
      code: 'quantum.entangled',
      title: evil,
      stage: 'teleport',
      stage_number: 18,
      fault: 'nobody',
      evidence: [{ name: 'spin', value: [evil], audience: 'operator' }],
    });
    body.found.wire = {
      capture: {
        request: { headers: [[evil, evil]], body: { bytes: 8192, text: binary, cut: true } },
        got: { status: 403, removed: [], added: [[evil, evil]], changed: [] },
      },
    };
    await route.fulfill({ json: body });
  });
  await page.reload();
  await page.getByText('quantum.entangled').first().waitFor();
  const way = page.getByRole('list', { name: 'Stages of the request' });
  expect(await way.getByRole('listitem').count()).toBe(19);
  await page.getByText('What passed', { exact: true }).click();
  expect(await page.getByRole('region', { name: 'Body, 8,192 bytes' }).textContent()).toContain('\\x00\\x01');
  await accessible(page);
  await shot(page, 'why-hostile-390');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(complaints).toEqual([]);
});
