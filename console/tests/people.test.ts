import { expect, test } from 'vitest';
import { accessible, account, fits, shot, signIn, visit } from './harness/browser';
import { at, chromium, owner, withDemo } from './harness/demo';

withDemo();

/** A user, as the API has them now. */
async function user(email: string) {
  const { body } = await at.ask('GET', '/api/v1/users?limit=100');
  const { items } = body as {
    items: Array<{ id: string; email: string; state: string; platform_roles: string[] }>;
  };
  return items.find((one) => one.email === email);
}

test('whoever asked for an account is let in, given a role, kept out and removed', async () => {
  await at.ask('PUT', '/api/v1/identity-providers/local', { title: 'Password', sign_up: 'approval' });
  await fetch(`${at.admin}/api/v1/sign-up`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ email: 'bob@example.com', password: 'correct horse battery', reason: 'On call' }),
  });
  const { page, complaints } = await visit(chromium, at);
  await signIn(page, owner);
  await page.getByRole('link', { name: 'People' }).click();
  await page.getByText('On call').waitFor();
  await accessible(page);
  await shot(page, 'people');
  await page.getByRole('button', { name: 'Let in bob@example.com' }).click();
  await page.getByText('bob@example.com can sign in now').waitFor();
  expect((await user('bob@example.com'))?.state).toBe('active');

  await page.getByRole('link', { name: 'bob@example.com' }).click();
  await page.getByRole('heading', { level: 1, name: 'bob@example.com' }).waitFor();
  await page.getByRole('button', { name: 'Add to a tenant' }).click();
  const add = page.getByRole('dialog', { name: 'Add to a tenant' });
  await add.getByRole('combobox', { name: 'Tenant' }).click();
  await page.getByRole('option', { name: 'commerce' }).click();
  await add.getByRole('combobox', { name: 'Roles' }).click();
  await page.getByRole('option', { name: /^developer/ }).click();
  // The list of choices stays open until one goes on.
  await page.keyboard.press('Tab');
  await page.getByRole('option').first().waitFor({ state: 'hidden' });
  await accessible(page);
  await add.getByRole('button', { name: 'Add to a tenant' }).click();
  await page.getByRole('cell', { name: 'developer' }).waitFor();
  await accessible(page);
  await shot(page, 'person');

  await page.getByRole('button', { name: 'Link for a new password' }).click();
  await page.getByRole('button', { name: 'Make the link' }).click();
  const made = page.getByRole('dialog', { name: 'A link for a new password' });
  await made.getByText('give this link to').waitFor();
  expect(await made.getByRole('region', { name: 'link' }).textContent()).toContain('/accept?token=');
  await accessible(page);
  // A link that is shown this once does not go by a key.
  await page.keyboard.press('Escape');
  await made.getByLabel('I have kept it').check();
  await made.getByRole('button', { name: 'Close' }).click();

  await page.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
  await page.getByRole('button', { name: 'Let in' }).waitFor();
  expect((await user('bob@example.com'))?.state).toBe('deactivated');
  await page.getByRole('button', { name: 'Remove', exact: true }).first().click();
  await page.getByText('This cannot be undone').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('bob@example.com is removed').waitFor();
  expect(await user('bob@example.com')).toBeUndefined();
  expect(complaints).toEqual([]);
});

test('somebody is invited, into a tenant and to the platform, and asks before a session ends', async () => {
  const { page, complaints } = await visit(chromium, at);
  await signIn(page, owner);
  await page.goto('/users');
  const invited = async (
    email: string,
    where: (dialog: ReturnType<typeof page.getByRole>) => Promise<void>,
  ) => {
    await page.getByRole('button', { name: 'Invite somebody' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
    await dialog.getByLabel('E-mail address').fill(email);
    await where(dialog);
    await dialog.getByRole('combobox', { name: 'Roles' }).click();
    await page
      .getByRole('option', { name: /^auditor|^viewer/ })
      .first()
      .click();
    await page.keyboard.press('Tab');
    await accessible(page);
    await shot(page, 'invite');
    await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
    const made = page.getByRole('dialog', { name: `The invitation of ${email}` });
    await made.getByLabel('I have kept it').check();
    await accessible(page);
    await made.getByRole('button', { name: 'Close' }).click();
  };
  await invited('ann@example.com', async (dialog) => {
    await dialog.getByRole('combobox', { name: 'Tenant' }).fill('comm');
    await page.getByRole('option', { name: /commerce/ }).click();
  });
  await invited('ben@example.com', (dialog) => dialog.getByLabel('To the platform').check());
  const { body } = await at.ask('GET', '/api/v1/invitations?state=open&limit=50');
  const { items } = body as { items: Array<{ email: string; tenant?: string | null }> };
  const places = Object.fromEntries(items.map((one) => [one.email, one.tenant ?? null]));
  expect(places).toMatchObject({ 'ann@example.com': 'commerce', 'ben@example.com': null });
  const other = await visit(chromium, at);
  await signIn(other.page, owner);
  await page.goto('/account');
  await page
    .getByRole('button', { name: /^End the session of/ })
    .first()
    .click();
  const ask = page.getByRole('dialog', { name: /^End the session of/ });
  await accessible(page);
  await ask.getByRole('button', { name: 'End the session' }).click();
  await page.getByText('The session has ended').waitFor();
  expect(complaints).toEqual([]);
});

test('two change the roles of one user: whoever is second sees both', async () => {
  await account(at, 'kim@example.com', 'auditor');
  const kim = await user('kim@example.com');
  const { page, complaints } = await visit(chromium, at, { dark: true });
  await signIn(page, owner);
  await page.goto(`/users/${kim?.id}`);
  await page.getByRole('button', { name: 'Change roles' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Roles on the platform' });
  await dialog.getByRole('combobox', { name: 'Roles' }).click();
  await page.getByRole('option', { name: /^operator/ }).click();
  await at.ask('PATCH', `/api/v1/users/${kim?.id}`, { name: 'Kim' });
  await dialog.getByRole('button', { name: 'Save' }).click();
  const conflict = page.getByRole('dialog', { name: 'Somebody else changed this meanwhile' });
  await conflict.getByRole('button', { name: 'Save mine over it' }).click();
  await page.getByText('The roles are changed').waitFor();
  expect((await user('kim@example.com'))?.platform_roles.sort()).toEqual(['auditor', 'operator']);
  await accessible(page);
  expect(complaints).toEqual([]);
});

test('a member of a tenant sees its members, and no buttons', async () => {
  const who = await account(at, 'sees@example.com', 'viewer', 'commerce');
  const { page, complaints } = await visit(chromium, at, { width: 390 });
  await signIn(page, who);
  await page.goto('/users');
  await page.getByText('sees@example.com').waitFor();
  expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
  await accessible(page);
  await shot(page, 'people-viewer');
  expect(complaints).toEqual([]);
});

test('one changes the own password, makes a token and ends it', async () => {
  const who = await account(at, 'self@example.com', 'viewer', 'commerce');
  const { page, complaints } = await visit(chromium, at, { width: 390 });
  await signIn(page, who);
  await page.goto('/account');
  await page.getByRole('textbox', { name: 'Password until now' }).fill('wrong');
  await page.getByRole('textbox', { name: 'New password' }).fill('another battery, another staple');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('sign_in.failed').waitFor();
  await page.getByRole('textbox', { name: 'Password until now' }).fill(who.password);
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('The password is changed').waitFor();
  await page.getByRole('button', { name: 'Make a token' }).click();
  const make = page.getByRole('dialog', { name: 'Make a token' });
  await make.getByLabel('What it is for').fill('nightly report');
  await accessible(page);
  await make.getByRole('button', { name: 'Make a token' }).click();
  const shown = page.getByRole('dialog', { name: 'The token' });
  const token = await shown.getByRole('region', { name: 'token nightly report' }).textContent();
  const me = await fetch(`${at.admin}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
  expect(me.status).toBe(200);
  await shown.getByLabel('I have kept it').check();
  await shown.getByRole('button', { name: 'Close' }).click();
  await page.getByText('nightly report').waitFor();
  await accessible(page);
  await shot(page, 'account-390');
  await fits(page);
  await page.getByRole('row', { name: 'nightly report' }).getByRole('button', { name: 'End' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End' }).click();
  await page.getByText('The token has ended').waitFor();
  const gone = await fetch(`${at.admin}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
  expect(gone.status).toBe(401);
  expect(complaints).toEqual([]);
});
