import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  accessible,
  account,
  type Browser,
  browser,
  closeAll,
  type Session,
  session,
  visit,
} from './harness/browser';
import { curl, type Postern, postern } from './harness/postern';

/**
 * The guide "A POST came back 403": every cause that it says can be mended by *Review and apply* is produced,
 * opened, mended with two clicks, and passes. The causes are read from the guide.
 */

type Document = Record<string, unknown>;

/** How a cause comes about: what is different from a call that passes. */
interface Cause {
  service?: Document;
  version?: Document;
  operation?: Document;
  app?: Document;
  plan?: Document;
  /** None: there is no subscription. */
  subscription?: Document | null;
  policy?: Document;
  list?: string[];
  /** What the key is made with. */
  key?: string[];
  /** Of the key once it is made. */
  credential?: Document;
  /** The request, after the address and the key; by default a POST of JSON. */
  sent?: string;
  /** How often it is sent until it is refused. */
  times?: number;
  /** The refusal was right by the rules: what opens it is folded away. */
  closed?: true;
  /** A key is made, and sent instead. */
  makesKey?: true;
}

const POST = `-X POST -H 'Content-Type: application/json' -d '{"a":1}'`;
const PAST = '2026-01-01T00:00:00Z';

const CAUSES: Record<string, Cause> = {
  'credential.wrong_environment': { key: ['--environment', 'staging'], makesKey: true },
  'credential.expired': { credential: { expires_at: PAST } },
  'credential.not_yet_valid': { credential: { not_before: '2099-01-01T00:00:00Z' } },
  'credential.restricted': { credential: { restricted_to: { methods: ['GET'] } } },
  'subscription.missing': { subscription: null },
  'subscription.pending': { subscription: { state: 'pending' } },
  'subscription.suspended': { subscription: { state: 'suspended' }, closed: true },
  'subscription.expired': { subscription: { expires_at: PAST } },
  'subscription.not_covered': { plan: { operations: ['other'] } },
  'authorization.scope_missing': { subscription: { scopes: ['read'] } },
  'authorization.role_missing': { operation: { access_roles: ['writers'] } },
  'account.app_suspended': { app: { state: 'suspended', suspended_at: PAST, reason: 'abuse' }, closed: true },
  'network.address_not_allowed': {
    list: ['203.0.113.0/24'],
    policy: { kind: 'network', allow: ['{name}'] },
  },
  'cors.origin_not_allowed': {
    policy: { kind: 'cors', origins: ['https://app.example.com'], enforce_origin: true },
    sent: `${POST} -H 'Origin: https://www.example.com'`,
  },
  'cors.method_not_allowed': {
    policy: { kind: 'cors', origins: ['https://app.example.com'], methods: ['GET'] },
    sent: `-X OPTIONS -H 'Origin: https://app.example.com' -H 'Access-Control-Request-Method: POST'`,
  },
  'cors.header_not_allowed': {
    policy: {
      kind: 'cors',
      origins: ['https://app.example.com'],
      methods: ['POST'],
      headers: ['Content-Type'],
    },
    sent: `-X OPTIONS -H 'Origin: https://app.example.com' -H 'Access-Control-Request-Method: POST' -H 'Access-Control-Request-Headers: x-api-key'`,
  },
  'headers.required_missing': { policy: { kind: 'headers', required: ['X-Reason'] } },
  'headers.content_type_unsupported': {
    policy: { kind: 'headers', content_types: ['application/json'] },
    sent: `-X POST -H 'Content-Type: text/csv' -d 'a,b'`,
  },
  'body.too_large': { policy: { kind: 'body', max_size: '4B' } },
  'limit.rate_exceeded': { plan: { limits: { 'per-app': { rate: 1, per: '1h', by: ['app'] } } }, times: 2 },
  'route.method_not_allowed': { sent: '-X DELETE' },
};

/** The guide's codes whose cause the console mends by its button. */
function mendable(): string[] {
  const guide = readFileSync('../docs/guides/post-403.md', 'utf8');
  const rows = guide.split('\n').filter((line) => line.startsWith('| '));
  return rows.flatMap((row) => {
    const cells = row.split(' | ');
    if (!cells[4]?.includes('*Review and apply*')) return [];
    let family = '';
    return [...(cells[2] ?? '').matchAll(/`([a-z_.]+)`/g)].map(([, name = '']) => {
      const code = name.startsWith('.') ? `${family}${name}` : name;
      family = code.split('.')[0] ?? '';
      return code;
    });
  });
}

const nameOf = (code: string) => `c-${code.replace(/[._]/g, '-')}`;

/** What is declared for all causes. */
function world(): Document {
  const all: Record<string, Record<string, unknown>> = {
    tenants: { causes: {} },
    access_roles: {},
    apps: {},
    lists: {},
    plans: {},
    policies: {},
    services: {},
    subscriptions: {},
    upstreams: { causes: { targets: ['builtin:echo'] } },
  };
  const put = (section: string, name: string, document: unknown) => {
    all[section] = { ...all[section], [name]: document };
  };
  const named = (cause: unknown, name: string) =>
    JSON.parse(JSON.stringify(cause ?? {}).replaceAll('{name}', name)) as Document;
  put('access_roles', 'writers', { tenant: 'causes', allows: [] });
  for (const [code, cause] of Object.entries(CAUSES)) {
    const name = nameOf(code);
    const operation = { methods: ['GET', 'POST'], path: '/op', scopes: ['write'], ...cause.operation };
    const other = { methods: ['GET'], path: '/other', scopes: ['read'] };
    put('services', name, {
      tenant: 'causes',
      base_path: `/${name}`,
      scopes: { read: 'To read', write: 'To write' },
      authentication: { api_key: { header: 'X-API-Key' } },
      versions: { v1: { upstream: 'causes', operations: { op: operation, other }, ...cause.version } },
      ...cause.service,
    });
    if (cause.operation) {
      put('access_roles', 'writers', { tenant: 'causes', allows: [{ service: name }] });
    }
    const { operations, ...plan } = (cause.plan ?? {}) as { operations?: string[] };
    put('plans', name, {
      covers: [{ service: name, ...(operations && { operations }) }],
      scopes: ['read', 'write'],
      ...plan,
    });
    put('apps', name, { tenant: 'causes', ...cause.app });
    if (cause.list) put('lists', name, { tenant: 'causes', entries: cause.list });
    if (cause.policy) put('policies', name, { on: { service: name }, ...named(cause.policy, name) });
    if (cause.subscription !== null) {
      put('subscriptions', `sub_${name}`, {
        app: name,
        service: name,
        plan: name,
        state: 'approved',
        ...cause.subscription,
      });
    }
  }
  return all;
}

let at: Postern;
let chromium: Browser;
let owner: Session;
/** The command of each cause. */
const commands = new Map<string, string>();

beforeAll(async () => {
  [at, chromium] = await Promise.all([postern(), browser()]);
  owner = await session(chromium, at, await account(at, 'causes@example.com', 'owner'));
  const file = join(at.data, 'causes.json');
  await writeFile(file, JSON.stringify(world()));
  await at.command('apply', file, '--yes', '--comment', 'the causes of the guide');
  for (const [code, cause] of Object.entries(CAUSES)) {
    const name = nameOf(code);
    const made = await at.command('keys', 'create', '--app', name, '--json', ...(cause.key ?? []));
    const { id, key } = JSON.parse(made) as { id: string; key: string };
    if (cause.credential) {
      const changed = await at.ask('PATCH', `/api/v1/credentials/${id}`, cause.credential);
      expect(changed.status, `${code}: ${JSON.stringify(changed.body)}`).toBe(200);
    }
    commands.set(code, `curl ${cause.sent ?? POST} '${at.gateway}/${name}/op' -H 'X-API-Key: ${key}'`);
  }
});
afterEach(() => closeAll(chromium));
afterAll(async () => {
  await chromium?.close();
  await at?.end();
});

test('every cause that the guide lets the console mend is tried here', () => {
  expect(mendable().sort()).toEqual(Object.keys(CAUSES).sort());
});

describe('opened, mended and sent again', () => {
  test.each(Object.entries(CAUSES))('%s', async (code, cause) => {
    let command = commands.get(code) ?? '';
    let refused = await curl(command);
    for (let sent = 1; sent < (cause.times ?? 1); sent += 1) refused = await curl(command);
    expect(refused.text).toMatch(new RegExp(`^postern-denial: ${code.replace('.', '\\.')}\\r?$`, 'im'));
    const { page, complaints } = await visit(chromium, at, { session: owner });
    await page.goto(`/requests/${refused.id}`);
    await page.getByRole('heading', { level: 1, name: /was refused$/ }).waitFor();
    if (cause.closed) await page.getByText('If this refusal was wrong').click();
    await page
      .getByRole('button', { name: /^Review and apply/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog', { name: 'Apply this fix?' });
    const apply = dialog.getByRole('button', { name: 'Apply' });
    await expect.poll(() => apply.isEnabled()).toBe(true);
    await accessible(page);
    await dialog.getByLabel('Comment').fill(`Mends ${code}`);
    await apply.click();
    if (cause.makesKey) {
      const made = page.getByRole('dialog', { name: 'A new key' });
      const key = await made.getByRole('region', { name: /^new key of/ }).textContent();
      command = command.replace(/pst_\w+/, key ?? '');
    } else {
      await page.getByRole('group', { name: /^Done:/ }).waitFor();
    }
    await expect.poll(async () => (await curl(command)).status, { timeout: 5000 }).toBeLessThan(300);
    expect(complaints).toEqual([]);
  });
});
