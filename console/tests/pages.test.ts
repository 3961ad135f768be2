import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, account, type Browser, browser, shot, signIn, visit } from './harness/browser';
import { curl, type Postern, postern } from './harness/postern';

/** Every page, wide and light, narrow and dark; and for somebody who may only look. */

let at: Postern;
let chromium: Browser;
/** Addresses of every page, by what their pictures are called. */
const pages: Array<[name: string, path: string]> = [
  ['home', '/'],
  ['refusals', '/refusals?since=1h'],
  ['can', '/can?app=fieldforce&method=POST&path=/v1/users'],
  ['approvals', '/approvals'],
  ['subscription', '/subscriptions/sub_fieldforce_partners'],
  ['apps', '/apps'],
  ['app', '/apps/fieldforce'],
  ['services', '/services'],
  ['service', '/services/users'],
  ['operations', '/services/users?tab=operations'],
  ['lists', '/lists'],
  ['list', '/lists/build-servers'],
  ['audit', '/audit'],
  ['revisions', '/revisions'],
  ['revision', '/revisions/1'],
  ['change-requests', '/change-requests'],
  ['users', '/users'],
  ['account', '/account'],
  ['nowhere', '/no/such/page'],
];

beforeAll(async () => {
  [at, chromium] = await Promise.all([postern(), browser()]);
  for (const scenario of at.scenarios) {
    const { id } = await curl(scenario.curl);
    if (scenario.expect_code === 'credential.wrong_environment') pages.push(['why', `/requests/${id}`]);
  }
  const keys = (await at.ask('GET', '/api/v1/credentials?app=fieldforce&limit=1')).body as {
    items: Array<{ id: string }>;
  };
  pages.push(['credential', `/credentials/${keys.items[0]?.id}`]);
});
afterAll(async () => {
  await chromium?.close();
  await at?.end();
});

test.each([
  ['wide and light', { width: 1280 }],
  ['narrow and dark', { width: 390, dark: true }],
])('axe finds nothing on any page, %s, and none scrolls sideways', async (how, options) => {
  const who = await account(at, `${how.replaceAll(' ', '-')}@example.com`, 'owner');
  const { page, complaints } = await visit(chromium, at, options);
  await signIn(page, who);
  for (const [name, path] of pages) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    await accessible(page);
    await shot(page, `page-${name}-${how.replaceAll(' ', '-')}`);
    const beyond = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(beyond, `${path} scrolls sideways`).toBeLessThanOrEqual(0);
  }
  expect(complaints).toEqual([]);
});

/** What changes something, by the words of its button. */
const CHANGES =
  /^(create|new|add|edit|delete|remove|revoke|rotate|suspend|resume|approve|reject|publish|deprecate|retire|import|invite|roll back|review and apply|extend|lift|save)(?![-\w])/i;

test('whoever may only look is offered nothing, and is refused what they send by hand', async () => {
  const who = await account(at, 'viewer@example.com', 'viewer', 'commerce');
  const { page, complaints } = await visit(chromium, at);
  await signIn(page, who);
  for (const [name, path] of pages.filter(([name]) => name !== 'account')) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    const buttons = page.getByRole('main').getByRole('button', { name: CHANGES });
    expect(await buttons.allTextContents(), `buttons on ${name}`).toEqual([]);
  }
  // The session itself, as the page would send it.
  const sent = await page.evaluate(async () => {
    const send = async (method: string, path: string, body: unknown) =>
      (
        await fetch(`/api/v1${path}`, {
          method,
          headers: {
            'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
          },
          body: JSON.stringify(body),
        })
      ).status;
    return {
      approve: await send('POST', '/subscriptions/sub_fieldforce_partners/approve', {}),
      key: await send('POST', '/apps/shop/keys', {}),
      list: await send('PATCH', '/lists/build-servers', { entries: [] }),
      service: await send('PATCH', '/services/users', { title: 'Mine' }),
      roll: await send('POST', '/revisions/1/rollback', {}),
      user: await send('POST', '/users', { email: 'x@example.com' }),
    };
  });
  for (const [what, status] of Object.entries(sent)) expect([403, 404], what).toContain(status);
  expect(complaints).toEqual([]);
});
