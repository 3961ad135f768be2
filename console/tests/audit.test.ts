import { expect, test } from 'vitest';
import { accessible, account, fits, shot, signIn, visit } from './harness/browser';
import { at, chromium, owner, withDemo } from './harness/demo';

withDemo();

/** Changes the list of the demo, which makes a revision. */
async function change(entries: unknown[], comment: string): Promise<void> {
  const path = `/api/v1/lists/build-servers?comment=${encodeURIComponent(comment)}`;
  const { status, body } = await at.ask('PATCH', path, { entries });
  if (status !== 200) throw new Error(JSON.stringify(body));
}

async function propose(comment: string, entries: string[]): Promise<string> {
  const { body } = await at.ask('POST', '/api/v1/change-requests', {
    comment,
    changes: [
      { kind: 'list', id: 'build-servers', patch: { entries } },
      {
        kind: 'list',
        id: `made-by-${entries.length}`,
        put: { tenant: 'operations', entries: ['192.0.2.1'] },
      },
    ],
  });
  return (body as { id: string }).id;
}

test('the trail is filtered, paged, opened and checked', async () => {
  await change(
    [{ range: '10.20.0.0/16', comment: 'Both data centres' }, '192.0.2.1'],
    'The second one moved in',
  );
  const { page, complaints, context } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto('/audit');
  const table = page.getByRole('table', { name: 'Lines of the audit trail' });
  await table.waitFor();
  await accessible(page);
  await shot(page, 'audit');

  const filters = page.getByRole('form', { name: 'Which lines' });
  await filters.getByRole('combobox', { name: 'Kind of thing' }).fill('list');
  await filters.getByRole('textbox', { name: 'Id of the thing' }).fill('build-servers');
  await page.keyboard.press('Enter');
  await page.waitForURL(/kind=list&id=build-servers/);
  await table.getByText('The second one moved in').waitFor();
  await expect.poll(() => table.getByRole('row').count()).toBe(3);

  await table.getByRole('button', { name: 'What changed: changed list build-servers' }).click();
  const changes = page.getByRole('list', { name: 'What changed' });
  await changes.getByText('entries[10.20.0.0/16].comment').waitFor();
  await changes.getByText('Both data centres').waitFor();
  await changes.getByRole('listitem').filter({ hasText: 'added' }).getByText('192.0.2.1').waitFor();
  expect(page.url()).toContain('open=');
  await accessible(page);
  await shot(page, 'audit-open');
  // The link can be shared: the same line is open.
  await page.reload();
  await changes.getByText('Both data centres').waitFor();
  expect(await table.getByRole('link', { name: 'build-servers' }).first().getAttribute('href')).toBe(
    '/lists/build-servers',
  );
  expect(await table.getByRole('link', { name: 'Revision 2' }).getAttribute('href')).toBe('/revisions/2');

  await filters.getByRole('button', { name: 'Show all' }).click();
  await page.waitForURL(/\/audit$/);
  await page.goto('/audit?who=demo');
  await table.getByText("The demo's initial state").first().waitFor();
  expect(await table.getByRole('row').count()).toBeGreaterThan(30);
  await page.goto('/audit?event=sign_in');
  await table.getByText('sign in').first().waitFor();
  await table
    .getByRole('button', { name: /^What changed: sign in/ })
    .first()
    .click();
  await page.getByText('no document was changed').waitFor();
  await page.goto('/audit?since=2999-01-01T00:00:00Z');
  await page.getByText('Nothing like that is in the audit trail').waitFor();
  await accessible(page);

  await page.getByRole('button', { name: 'Check the chain' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Change set' }).fill('1');
  await dialog.getByRole('button', { name: 'Check', exact: true }).click();
  await dialog.getByText('Both are needed').waitFor();
  await dialog.getByRole('textbox', { name: 'Change set' }).fill('');
  await dialog.getByRole('button', { name: 'Check', exact: true }).click();
  await dialog.getByText('Intact', { exact: true }).waitFor();
  await accessible(page);
  await shot(page, 'audit-verify');
  await dialog.getByRole('textbox', { name: 'Change set' }).fill('1');
  await dialog.getByRole('textbox', { name: 'Its hash' }).fill('00000000000000000000');
  await dialog.getByRole('button', { name: 'Check', exact: true }).click();
  await dialog.getByText('Not intact').waitFor();
  await accessible(page);
  expect(complaints).toEqual([]);
  await context.close();
});

test('the trail goes on to older lines, page by page', async () => {
  for (let n = 0; n < 60; n++) await change([`192.0.2.${n}`], `Step ${n}`);
  const { page, complaints, context } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto('/audit?kind=list&id=build-servers');
  await page.getByText('Step 59', { exact: true }).waitFor();
  expect(await page.getByText('Step 9', { exact: true }).count()).toBe(0);
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.getByText('Step 9', { exact: true }).waitFor();
  expect(page.url()).toContain('before=');
  await page.getByRole('button', { name: 'First page' }).click();
  await page.getByText('Step 59', { exact: true }).waitFor();

  await page.goto('/revisions');
  await page.getByText('Step 59', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.getByText('Step 9', { exact: true }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test('revisions are compared, and an earlier one is brought back', async () => {
  const { page, complaints, context } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto('/revisions');
  await page.getByText('in force').waitFor();
  await accessible(page);
  await shot(page, 'revisions');
  await page.goto('/revisions/2');
  await page.getByRole('heading', { name: /^Revision 2 \(/, level: 1 }).waitFor();
  const document = page.getByRole('article', { name: 'changed list build-servers' });
  await document.getByText('entries[]').first().waitFor();
  await accessible(page);
  await shot(page, 'revision');
  await page.getByRole('textbox', { name: 'Compare with revision' }).fill('4');
  await page.getByRole('button', { name: 'Compare' }).click();
  await page.getByRole('heading', { name: 'What leads from revision 4 to revision 2' }).waitFor();
  expect(page.url()).toContain('from=4');
  await document.getByText('Both data centres').waitFor();
  await accessible(page);

  await page.getByRole('button', { name: 'Roll back to this' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Tenants, apps, keys and subscriptions stay as they are').waitFor();
  await dialog.getByText('Both data centres').waitFor();
  await accessible(page);
  await shot(page, 'revision-rollback');
  await dialog.getByRole('button', { name: 'Roll back' }).click();
  await dialog.getByText('Say why').waitFor();
  await dialog.getByRole('textbox', { name: 'Comment' }).fill('It was right then');
  // Somebody else changes the same list before it is done: nothing may be done that was not seen.
  await change(['198.51.100.1'], 'Meanwhile');
  await dialog.getByRole('button', { name: 'Roll back' }).click();
  await dialog.getByText('somebody has changed what is stored since the plan was made').waitFor();
  await dialog.getByText('198.51.100.1').waitFor();
  await dialog.getByRole('button', { name: 'Roll back' }).click();
  await page.getByText(/^Rolled back to revision 2; that is revision \d+ \(/).waitFor();
  await page.getByText('in force').waitFor();
  await page.getByText('It was right then').waitFor();
  const { body } = await at.ask('GET', '/api/v1/lists/build-servers');
  expect((body as { entries: unknown }).entries).toEqual([
    { comment: 'Both data centres', range: '10.20.0.0/16' },
    '192.0.2.1',
  ]);
  await page.goto('/revisions/9999');
  await page.getByText('there is no revision 9999').waitFor();
  await accessible(page);
  expect(complaints).toEqual([]);
  await context.close();
});

test('what one person proposes another approves, rejects, or finds overtaken', async () => {
  const first = await propose('Second data centre', ['10.20.0.0/16', '10.21.0.0/16']);
  const { page, complaints, context } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto('/revisions');
  await page.getByRole('navigation').getByRole('link', { name: 'Change requests' }).click();
  await page.getByRole('link', { name: 'Second data centre' }).waitFor();
  await accessible(page);
  await shot(page, 'change-requests');
  await page.getByRole('link', { name: 'Second data centre' }).click();
  await page.getByRole('heading', { name: `Change request ${first}` }).waitFor();
  await page.getByText('10.21.0.0/16').waitFor();
  await page.getByRole('region', { name: 'new documents' }).getByText('192.0.2.1').waitFor();
  await accessible(page);
  await shot(page, 'change-request');
  await page.getByRole('button', { name: 'Approve' }).click();
  const dialog = page.getByRole('dialog');
  await accessible(page);
  await dialog.getByRole('textbox', { name: 'Comment' }).fill('Welcome');
  await dialog.getByRole('button', { name: 'Approve' }).click();
  await page.getByText(`${first} is approved`).waitFor();
  await page.getByText('Applied').waitFor();
  expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  expect((await at.ask('GET', '/api/v1/lists/made-by-2')).status).toBe(200);

  const second = await propose('Only one address', ['192.0.2.9']);
  await change(['198.51.100.2'], 'Overtaken');
  await page.goto('/change-requests');
  await page.getByText('changed since').waitFor();
  await page.goto(`/change-requests/${second}`);
  await page.getByText('It cannot be applied any more').waitFor();
  expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Reject' }).click();
  await dialog.getByRole('button', { name: 'Reject' }).click();
  await dialog.getByText('Say why').waitFor();
  await dialog.getByRole('textbox', { name: 'Comment' }).fill('Too late');
  await dialog.getByRole('button', { name: 'Reject' }).click();
  await page.getByText(`${second} is rejected.`).waitFor();
  await page.getByText('Too late').waitFor();
  expect((await at.ask('GET', `/api/v1/change-requests/${second}`)).body).toMatchObject({
    state: 'rejected',
  });
  await page.goto('/change-requests?state=all');
  await page.getByRole('link', { name: 'Only one address' }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test('nobody approves what is their own; they take it back', async () => {
  const developer = await account(at, 'audit-admin@example.com', 'admin', 'operations');
  const { page, complaints, context } = await visit(chromium, at);
  await signIn(page, developer);
  await page.goto('/');
  const id = await page.evaluate(async () => {
    const response = await fetch('/api/v1/change-requests', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        tenant: 'operations',
        comment: '<script>alert(1)</script>\u202Eevil',
        changes: [{ kind: 'list', id: 'build-servers', patch: { owner: 'Lin <b>\u202E' } }],
      }),
    });
    return ((await response.json()) as { id: string }).id;
  });
  await page.goto(`/change-requests/${id}`);
  await page.getByText('You proposed this: somebody else has to approve it.').waitFor();
  await page.getByText('U+202E').first().waitFor();
  expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  await accessible(page);
  await page.getByRole('button', { name: 'Withdraw' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
  await page.getByText('Withdrawn', { exact: true }).waitFor();

  // An administrator of a tenant reads the trail of that tenant, and checks no chain.
  await page.goto('/audit');
  await page.getByRole('table', { name: 'Lines of the audit trail' }).waitFor();
  expect(await page.getByRole('button', { name: 'Check the chain' }).count()).toBe(0);
  await accessible(page);
  await page.goto('/revisions');
  await page.getByText('It takes the permission revisions.read.').waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test('whoever may not is told which permission that takes; an auditor sees no buttons', async () => {
  const viewer = await account(at, 'audit-viewer@example.com', 'viewer', 'operations');
  const auditor = await account(at, 'audit-auditor@example.com', 'auditor');
  const told = await visit(chromium, at);
  await signIn(told.page, viewer);
  for (const [path, permission] of [
    ['/audit', 'audit.read'],
    ['/revisions', 'revisions.read'],
    ['/revisions/1', 'revisions.read'],
    ['/change-requests', 'changes.propose'],
    ['/change-requests/cr_000000000000', 'changes.propose'],
  ]) {
    await told.page.goto(path ?? '');
    await told.page.getByText(`It takes the permission ${permission}.`).waitFor();
  }
  await accessible(told.page);
  await shot(told.page, 'forbidden');
  expect(told.complaints).toEqual([]);
  await told.context.close();

  await change(
    [{ range: '192.0.2.1', comment: `<script>\u202E ${'x'.repeat(980)}` }],
    `<b>\u202E ${'y'.repeat(4000)}`,
  );
  const { page, complaints, context } = await visit(chromium, at, { width: 390 });
  await signIn(page, auditor);
  for (const dark of [false, true]) {
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
    await page.goto('/audit?kind=list');
    await page
      .getByRole('button', { name: /^What changed/ })
      .first()
      .click();
    await page.getByRole('list', { name: 'What changed' }).waitFor();
    await accessible(page);
    await fits(page);
    await shot(page, `audit-narrow-${dark ? 'dark' : 'light'}`);
    await page.goto('/revisions');
    await page.getByText('in force').waitFor();
    await accessible(page);
    await fits(page);
    await shot(page, `revisions-narrow-${dark ? 'dark' : 'light'}`);
    await page.goto('/revisions/2');
    await page.getByRole('article', { name: 'changed list build-servers' }).waitFor();
    expect(await page.getByRole('button', { name: 'Roll back to this' }).count()).toBe(0);
    await accessible(page);
    await fits(page);
    await shot(page, `revision-narrow-${dark ? 'dark' : 'light'}`);
  }
  expect(complaints).toEqual([]);
  await context.close();
});
