import { expect, test } from 'vitest';
import { accessible, account, fits, shot, signIn, visit } from './harness/browser';
import { at, chromium, owner, withDemo } from './harness/demo';
import { curl } from './harness/postern';

withDemo();

interface List {
  version: number;
  entries: Array<string | { range: string; comment?: string; expires_at?: string; added_at?: string }>;
  owner?: string;
  expires_at?: string;
}

async function list(id: string): Promise<List> {
  const { body } = await at.ask('GET', `/api/v1/lists/${id}`);
  return body as List;
}

async function make(id: string, entries: List['entries'], more: object = {}): Promise<void> {
  const { status, body } = await at.ask('POST', '/api/v1/lists', { id, entries, ...more });
  if (status !== 201) throw new Error(JSON.stringify(body));
}

const ranges = (of: List) => of.entries.map((entry) => (typeof entry === 'string' ? entry : entry.range));

test('a list is made, filled by pasting, edited, emptied with undo, and deleted', async () => {
  const { page, complaints, context } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto('/lists');
  await page.getByRole('table', { name: 'Lists of addresses' }).waitFor();
  await page.getByText('from-build-servers (lets in)').waitFor();
  await accessible(page);
  await shot(page, 'lists');

  await page.getByRole('button', { name: 'New list' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await dialog.getByText('A list has a name.').waitFor();
  await accessible(page);
  await dialog.getByRole('textbox', { name: 'Name' }).fill('partners');
  await dialog.getByRole('combobox', { name: 'Tenant' }).fill('operations');
  await page.getByRole('option', { name: 'operations' }).click();
  await dialog.getByRole('textbox', { name: 'Addresses and networks' }).fill('192.0.2.7 The gate\nnowhere');
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await dialog.getByText('Line 2').waitFor();
  await shot(page, 'lists-new');
  await dialog.getByRole('textbox', { name: 'Addresses and networks' }).fill('192.0.2.7 The gate');
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await page.getByRole('heading', { name: 'List partners', level: 1 }).waitFor();
  expect(await list('partners')).toMatchObject({ entries: [{ range: '192.0.2.7', comment: 'The gate' }] });

  await page.getByRole('button', { name: 'Add addresses' }).click();
  const field = dialog.getByRole('textbox', { name: 'Addresses and networks' });
  await field.fill('10.20.0.1/16\n::ffff:198.51.100.4\n192.0.2.7');
  await dialog.getByRole('button', { name: 'Add them' }).click();
  await dialog.getByText('Line 1: 10.20.0.1/16 has bits beyond its length: write 10.20.0.0/16').waitFor();
  await dialog.getByText('Line 3: 192.0.2.7 is on the list already').waitFor();
  await accessible(page);
  await shot(page, 'list-add-bad');
  await field.fill('10.20.0.0/16\n::ffff:198.51.100.4\n2001:DB8:0::1 Their office');
  await dialog.getByRole('textbox', { name: 'Comment of each' }).fill('Second data centre');
  await dialog.getByLabel('They end').fill('2999-01-02T03:04');
  await dialog.getByRole('textbox', { name: 'Comment', exact: true }).fill('They move in');
  await dialog.getByRole('button', { name: 'Add them' }).click();
  await page.getByText('3 entries are on partners now.').waitFor();
  const added = await list('partners');
  expect(ranges(added)).toEqual(['192.0.2.7', '10.20.0.0/16', '198.51.100.4', '2001:db8::1']);
  expect(added.entries[1]).toMatchObject({
    comment: 'Second data centre',
    expires_at: '2999-01-02T02:04:00Z',
  });
  expect(added.entries[3]).toMatchObject({ comment: 'Their office' });
  const trail = (await at.ask('GET', '/api/v1/audit?kind=list&id=partners&limit=1')).body as {
    lines: Array<{ comment: string }>;
  };
  expect(trail.lines[0]?.comment).toBe('They move in');

  await page.getByRole('button', { name: 'Edit 10.20.0.0/16' }).click();
  await dialog.getByRole('textbox', { name: 'What it is for' }).fill('Second data centre, hall 2');
  await dialog.getByLabel('It ends').fill('');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('10.20.0.0/16 is changed.').waitFor();
  const edited = (await list('partners')).entries[1];
  expect(edited).toMatchObject({ comment: 'Second data centre, hall 2' });
  expect(edited).not.toHaveProperty('expires_at');

  await page.getByRole('button', { name: 'Remove 10.20.0.0/16' }).click();
  await page.getByText('10.20.0.0/16 is not on partners any more.').waitFor();
  expect(ranges(await list('partners'))).not.toContain('10.20.0.0/16');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Remove 10.20.0.0/16' }).waitFor();
  expect((await list('partners')).entries).toContainEqual(edited);

  await page.getByRole('button', { name: 'Edit list' }).click();
  await dialog.getByRole('textbox', { name: 'Owner' }).fill('Lin');
  await dialog.getByLabel('The whole list ends').fill('2020-01-01T00:00');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('This list is over').waitFor();
  expect(await list('partners')).toMatchObject({ owner: 'Lin', expires_at: '2019-12-31T23:00:00Z' });
  await accessible(page);
  await shot(page, 'list-over');

  await page.getByRole('button', { name: 'Delete list' }).click();
  await accessible(page);
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('The list partners is gone.').waitFor();
  expect((await at.ask('GET', '/api/v1/lists/partners')).status).toBe(404);

  // One that a policy uses stays.
  await page.goto('/lists/build-servers');
  await page.getByText('from-build-servers (lets in): admin/v1/set-config').waitFor();
  await page.getByRole('button', { name: 'Delete list' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('alert').waitFor();
  expect((await at.ask('GET', '/api/v1/lists/build-servers')).status).toBe(200);
  expect(complaints).toEqual([]);
  await context.close();
});

test('what somebody else did meanwhile is shown, and stays', async () => {
  const { page, complaints, context } = await visit(chromium, at);
  await signIn(page, owner);
  await make('shared', ['192.0.2.1', { range: '192.0.2.2', comment: 'old' }]);
  await page.goto('/lists/shared');
  await page.getByRole('button', { name: 'Edit 192.0.2.2' }).click();
  await page.getByRole('textbox', { name: 'What it is for' }).fill('mine');
  await at.ask('PATCH', '/api/v1/lists/shared', {
    entries: ['192.0.2.1', { range: '192.0.2.2', comment: 'theirs' }, '192.0.2.3'],
  });
  await page.getByRole('button', { name: 'Save' }).click();
  const conflict = page.getByRole('dialog', { name: 'Somebody else changed this meanwhile' });
  await conflict.getByRole('region', { name: 'Yours' }).getByText('"mine"').waitFor();
  await conflict.getByRole('region', { name: 'As it is now' }).getByText('"theirs"').waitFor();
  await accessible(page);
  await shot(page, 'list-conflict');
  await conflict.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('It was changed meanwhile').waitFor();
  expect(await page.getByRole('textbox', { name: 'What it is for' }).inputValue()).toBe('mine');
  await page.getByRole('button', { name: 'Save' }).click();
  await conflict.getByRole('button', { name: 'Make my change' }).click();
  await page.getByText('192.0.2.2 is changed.').waitFor();
  expect((await list('shared')).entries).toEqual([
    '192.0.2.1',
    { range: '192.0.2.2', comment: 'mine' },
    '192.0.2.3',
  ]);
  expect(complaints).toEqual([]);
  await context.close();
});

test('the address of a refused request is put on the list that it was refused by', async () => {
  const refused = at.scenarios.find((one) => one.expect_code === 'network.address_not_allowed');
  if (!refused) throw new Error('the demo refuses no address');
  const { id, status } = await curl(refused.curl);
  expect(status).toBe(403);
  await make('unused', ['::ffff:198.51.100.0/120', { range: '127.0.0.0/8', expires_at: '2020-01-01' }]);
  await make('wide', ['127.0.0.0/8']);
  await make('over', ['127.0.0.1'], { expires_at: '2020-01-01' });
  const { page, complaints, context } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto(`/lists?address=::ffff:127.0.0.1&request=${id}`);
  await page.getByRole('heading', { name: 'Add 127.0.0.1 to which list?' }).waitFor();
  await page.getByText('This request was refused by it').waitFor();
  const row = (name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
  expect(await page.getByRole('row').nth(1).textContent()).toContain('build-servers');
  await row('wide').getByText('Yes, within 127.0.0.0/8').waitFor();
  await row('unused').getByText('Not any more: 127.0.0.0/8 is over').waitFor();
  await row('over').getByText('The list is over').waitFor();
  expect(await row('wide').getByRole('button').count()).toBe(0);
  expect(await row('over').getByRole('button').count()).toBe(0);
  await row('unused').getByText('nothing', { exact: true }).waitFor();
  await accessible(page);
  await shot(page, 'lists-address');
  await page.getByRole('button', { name: 'Add here: build-servers' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('This lets the address in: from-build-servers (lets in).').waitFor();
  expect(await dialog.getByRole('textbox', { name: 'Comment' }).inputValue()).toBe(
    `Address of request ${id}`,
  );
  await accessible(page);
  await shot(page, 'lists-address-add');
  await dialog.getByRole('button', { name: 'Add it' }).click();
  await page.getByText('127.0.0.1 is on build-servers now.').waitFor();
  await row('build-servers').getByText('Yes: 127.0.0.1').waitFor();
  await shot(page, 'lists-address-done');
  const link = page.getByRole('link', { name: 'Back to the request, to try it again' });
  expect(await link.getAttribute('href')).toBe(`/requests/${id}`);
  expect((await list('build-servers')).entries).toContainEqual(
    expect.objectContaining({ range: '127.0.0.1', comment: `Address of request ${id}` }),
  );
  expect((await curl(refused.curl)).status).not.toBe(403);

  await page.goto('/lists?address=nonsense');
  await page.getByRole('heading', { name: 'nonsense is no address' }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test('10,000 entries are found, paged and changed', async () => {
  const entries = Array.from({ length: 10_000 }, (_, n) => ({
    range: `10.${n >> 8}.${n & 255}.0/24`,
    comment: `host ${n}`,
  }));
  await make('large', entries);
  const { page, complaints, context } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto('/lists/large');
  await page.getByText('1–100 of 10,000').waitFor();
  expect(await page.getByRole('row').count()).toBe(101);
  await page.getByRole('button', { name: 'Page 2', exact: true }).click();
  await page.getByText('101–200 of 10,000').waitFor();
  expect(page.url()).toContain('page=2');
  await accessible(page);
  const before = Date.now();
  await page.getByRole('searchbox').fill('::ffff:10.3.4.77');
  await page.getByText('1–1 of 1').waitFor();
  expect(Date.now() - before).toBeLessThan(2_000);
  await page.getByRole('button', { name: 'Remove 10.3.4.0/24' }).click();
  await page.getByText('No entry is like this').waitFor();
  expect((await list('large')).entries).toHaveLength(9_999);
  expect(complaints).toEqual([]);
  await context.close();
});

test('a viewer reads, and hostile texts do no harm', async () => {
  const viewer = await account(at, 'lists-viewer@example.com', 'viewer', 'operations');
  const hostile = `<script>alert(1)</script>\u202Eevil`;
  await make(
    'hostile',
    [{ range: '192.0.2.9', comment: `${hostile} ${'x'.repeat(900)}` }, '::ffff:192.0.2.8'],
    {
      tenant: 'operations',
      owner: hostile,
      comment: hostile,
    },
  );
  const { page, complaints, context } = await visit(chromium, at, { width: 390 });
  await signIn(page, viewer);
  for (const dark of [false, true]) {
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
    await page.goto('/lists');
    await page.getByRole('link', { name: 'hostile' }).waitFor();
    const main = page.getByRole('main');
    expect(await main.getByRole('button', { name: /new|add/i }).count()).toBe(0);
    expect(await main.getByRole('tab').count()).toBe(0);
    await accessible(page);
    await fits(page);
    await shot(page, `lists-viewer-${dark ? 'dark' : 'light'}`);
    await page.goto('/lists/hostile');
    await page.getByText('U+202E').first().waitFor();
    await page.getByRole('cell', { name: '::ffff:192.0.2.8' }).waitFor();
    expect(await main.getByRole('button', { name: /add|edit|remove|delete/i }).count()).toBe(0);
    await accessible(page);
    await fits(page);
    await shot(page, `list-viewer-${dark ? 'dark' : 'light'}`);
    await page.goto('/lists?address=192.0.2.1');
    await page.getByText('No list is yours to change').waitFor();
    await accessible(page);
  }
  expect(complaints).toEqual([]);
  await context.close();
});

test('whoever may not see lists is told which permission that takes', async () => {
  const developer = await account(at, 'lists-developer@example.com', 'developer', 'operations');
  const { page, complaints, context } = await visit(chromium, at);
  await signIn(page, developer);
  await page.goto('/lists');
  await page.getByText('It takes the permission lists.read.').waitFor();
  await accessible(page);
  expect(complaints).toEqual([]);
  await context.close();
});

test('blocks are shown, found and lifted', async () => {
  const refused = at.scenarios.find((one) => one.expect_code === 'credential.unknown');
  const { page, complaints, context } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto('/lists?tab=blocks');
  await page.getByText('Nobody is blocked').waitFor();
  await accessible(page);
  // More refusals a minute than the demo lets one address cause.
  const url = refused?.curl.match(/http:\S+/)?.[0] ?? '';
  const missing = () => fetch(url, { method: 'POST' }).then((response) => response.arrayBuffer());
  for (let n = 0; n < 14; n++) await Promise.all(Array.from({ length: 50 }, missing));
  const blocks = (await at.ask('GET', '/api/v1/blocks')).body as { blocks: Array<{ source: string }> };
  expect(blocks.blocks.map(({ source }) => source)).toEqual(['127.0.0.1']);
  await page.reload();
  await page.getByRole('table', { name: 'Who is blocked for now' }).waitFor();
  await accessible(page);
  await shot(page, 'blocks');
  await page.getByRole('searchbox', { name: 'Find the block of an address' }).fill('192.0.2.1');
  await page.getByText('Nobody is blocked').waitFor();
  await page.getByRole('searchbox').fill('');
  await page.getByRole('button', { name: 'Lift the block of 127.0.0.1' }).click();
  await accessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Lift' }).click();
  await page.getByText('127.0.0.1 is not blocked any more.').waitFor();
  expect((await at.ask('GET', '/api/v1/blocks')).body).toMatchObject({ blocks: [] });
  expect(complaints).toEqual([]);
  await context.close();
});

test('a list comes from a file, and how it stands is shown', async () => {
  const { writeFile } = await import('node:fs/promises');
  const file = `${at.data}/partners.txt`;
  await writeFile(file, '192.0.2.0/24\n198.51.100.7\n');
  const { page, complaints, context } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto('/lists');
  await page.getByRole('button', { name: 'New list' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('from-file');
  await dialog.getByRole('radio', { name: 'From a file on the machine of the gateway' }).check();
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await dialog.getByText('Say where.').waitFor();
  await accessible(page);
  await dialog.getByRole('textbox', { name: 'File' }).fill(file);
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await page.getByRole('heading', { name: 'List from-file', level: 1 }).waitFor();
  const stands = page.getByRole('region', { name: 'How it stands' });
  await stands.getByText('2 ranges').waitFor();
  await accessible(page);
  await shot(page, 'list-sourced');
  await writeFile(file, 'nowhere at all\n');
  await stands.getByText('Could not be read: what it said last counts').waitFor({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Edit list' }).click();
  await dialog.getByRole('textbox', { name: 'It counts without an answer for' }).fill('2d');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await list('from-file')).toMatchObject({ source: { file, stale_after: '2d' } });
  await page.goto('/lists?q=from-file');
  await page.getByRole('table').getByText('Could not be read').waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test('which proxies are trusted is changed by who runs the platform, and nobody else sees it', async () => {
  const { page, complaints, context } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto('/lists?tab=origins');
  await page.getByText('nobody: the address of the connection counts').waitFor();
  await accessible(page);
  const dialog = page.getByRole('dialog');
  const change = page.getByRole('button', { name: 'Change: Proxies in front of the gateway' });
  await change.click();
  await dialog.getByRole('textbox', { name: 'Trusted addresses' }).fill('10.0.0.1/8');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByRole('alert').getByText('10.0.0.0/8').first().waitFor();
  await dialog.getByRole('textbox', { name: 'Trusted addresses' }).fill('10.0.0.0/8');
  await accessible(page);
  await shot(page, 'origins');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('These proxies are trusted now.').waitFor();
  await page
    .getByRole('region', { name: 'Proxies in front of the gateway' })
    .getByText('10.0.0.0/8')
    .waitFor();

  // Somebody else is faster.
  await change.click();
  await dialog
    .getByRole('spinbutton', { name: 'Most hops in it' })
    .or(dialog.getByLabel('Most hops in it'))
    .first()
    .fill('3');
  const [before] = (
    (await at.ask('POST', '/api/v1/commands/documents', { kind: 'client' })).body as {
      ok: { documents: Array<{ version: number }> };
    }
  ).ok.documents;
  const patch = { trusted_proxies: ['10.0.0.0/8', '192.0.2.1'] };
  const expect_ = { version: before?.version };
  const changes = [{ kind: 'client', id: 'platform', patch, expect: expect_ }];
  await at.ask('POST', '/api/v1/commands/change', { changes, comment: '' });
  await dialog.getByRole('button', { name: 'Save' }).click();
  const conflict = page.getByRole('dialog', { name: 'Somebody else changed this meanwhile' });
  await conflict.getByRole('button', { name: 'Save mine over it' }).click();
  await page.getByText('192.0.2.1').waitFor();
  expect(complaints).toEqual([]);
  await context.close();
  const viewer = await visit(chromium, at);
  await signIn(viewer.page, await account(at, 'origins@example.com', 'viewer', 'commerce'));
  await viewer.page.goto('/lists?tab=origins');
  await viewer.page
    .getByRole('table', { name: 'Lists of addresses' })
    .or(viewer.page.getByText('There are no lists yet'))
    .first()
    .waitFor();
  expect(await viewer.page.getByRole('tab').count()).toBe(0);
});
