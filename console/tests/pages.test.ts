import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, account, type Browser, browser, fits, shot, signIn, visit } from './harness/browser';
import { curl, type Postern, postern } from './harness/postern';

/** Every page, wide and narrow, light and dark; and for somebody who may only look. */

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
  ['upstream', '/services/users?tab=upstream'],
  ['subscriptions', '/services/users?tab=subscriptions'],
  ['ways', '/services/users?tab=ways'],
  ['rules', '/services/users?tab=rules'],
  ['issuers', '/issuers'],
  ['sessions', '/sessions'],
  ['lists', '/lists'],
  ['list', '/lists/build-servers'],
  ['listeners', '/listeners'],
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
  const issuer = {
    id: 'login',
    issuer: 'https://login.example.com',
    audiences: ['api'],
    keys_url: 'http://127.0.0.1:9/',
  };
  expect((await at.ask('POST', '/api/v1/issuers', issuer)).status).toBe(201);
  pages.push(['issuer', '/issuers/login']);
  const change = { kind: 'app', id: 'shop', patch: { title: 'Shop of the house' } };
  const proposal = { comment: 'Call it by its name', changes: [change] };
  const proposed = (await at.ask('POST', '/api/v1/change-requests', proposal)).body as { id: string };
  pages.push(['change-request', `/change-requests/${proposed.id}`]);
  await account(at, 'somebody@example.com', 'developer', 'commerce');
  const users = (await at.ask('GET', '/api/v1/users?limit=100')).body as {
    items: Array<{ id: string; email: string }>;
  };
  pages.push(['user', `/users/${users.items.find((one) => one.email === 'somebody@example.com')?.id}`]);
});
afterAll(async () => {
  await chromium?.close();
  await at?.end();
});

test('no page is left out here', () => {
  const router = readFileSync(new URL('../src/router.tsx', import.meta.url), 'utf8');
  const routes = [...router.matchAll(/page\('([^']+)'/g)].map((found) => found[1] ?? '');
  expect(routes.length).toBeGreaterThan(20);
  const shown = pages.map(([, path]) => path.split('?')[0] ?? '');
  for (const route of routes) {
    const pattern = new RegExp(`^${route.replaceAll(/\$\w+/g, '[^/]+')}$`);
    expect(
      shown.some((path) => pattern.test(path)),
      route,
    ).toBe(true);
  }
});

/** A busy machine takes its time for axe on so many pages. */
const PATIENCE = 400_000;

test.each([
  ['wide and light', { width: 1280 }],
  ['wide and dark', { width: 1280, dark: true }],
  ['narrow and light', { width: 390 }],
  ['narrow and dark', { width: 390, dark: true }],
])(
  'axe finds nothing on any page, %s, and none scrolls sideways',
  async (how, look) => {
    const who = await account(at, `${how.replaceAll(' ', '-')}@example.com`, 'owner');
    const { page, complaints, context } = await visit(chromium, at, look);
    await signIn(page, who);
    for (const [name, path] of pages) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      await accessible(page);
      await shot(page, `page-${name}-${how.replaceAll(' ', '-')}`);
      await fits(page);
    }
    expect(complaints).toEqual([]);
    await context.close();
  },
  PATIENCE,
);

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
