import { beforeAll, expect, test } from 'vitest';
import { accessible, shot } from './harness/browser';
import { at, entered, withDemo } from './harness/demo';
import { dialog, PETS, services } from './harness/services';

let made: ReturnType<typeof services>['made'];
let patched: ReturnType<typeof services>['patched'];
let service: ReturnType<typeof services>['service'];

withDemo();
beforeAll(() => {
  ({ made, patched, service } = services(at));
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
  await dialog(page).getByLabel('It ends on').fill('2030-01-31T12:30');
  await accessible(page);
  await dialog(page).getByRole('button', { name: 'Deprecate' }).click();
  await page.getByRole('button', { name: 'Change the end…' }).waitFor();
  await shot(page, 'service-deprecated');
  expect((await service('things')).versions.v1).toMatchObject({
    state: 'deprecated',
    sunset_at: '2030-01-31T11:30:00Z',
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

test('a service that takes two people for what callers get lets one retire a version', async () => {
  await made('leaving', { publish_approval: false });
  await patched('leaving', { versions: { v2: { state: 'published' } } });
  await patched('leaving', { publish_approval: true });
  const { page, context, complaints } = await entered();
  await page.goto('/services/leaving?version=v1');
  await page.getByRole('button', { name: 'Retire…' }).click();
  await dialog(page).getByText('No subscription is for this version alone').waitFor();
  await dialog(page).getByLabel('Comment').fill('v2 is there');
  await dialog(page).getByRole('button', { name: 'Retire' }).click();
  await page.getByText('leaving/v1 is retired.').waitFor();
  expect((await service('leaving')).versions.v1).toMatchObject({ state: 'retired', successor: 'v2' });
  expect(complaints).toEqual([]);
  await context.close();
});

test('a step is taken of what was seen: what somebody else changed meanwhile is shown first', async () => {
  await made('moving');
  const { page, context, complaints } = await entered();
  await page.goto('/services/moving?version=v2');
  await page.getByRole('button', { name: 'Publish…' }).click();
  await dialog(page).getByText('New: fresh').waitFor();
  await dialog(page).getByLabel('Comment').fill('It is ready');
  await patched('moving', { versions: { v2: { operations: { fresh: null, late: { path: '/late' } } } } });
  await dialog(page).getByRole('button', { name: 'Publish', exact: true }).click();
  const conflict = page.getByRole('dialog', { name: 'Somebody else changed this meanwhile' });
  await conflict.getByRole('region', { name: 'As you saw it' }).getByText('fresh.path').waitFor();
  await conflict.getByRole('region', { name: 'As it is now' }).getByText('late.path').waitFor();
  await accessible(page);
  await shot(page, 'service-step-conflict');
  // Not yet: the dialog is there again, with what there is now and what was typed.
  await conflict.getByRole('button', { name: 'Cancel' }).click();
  await dialog(page).getByText('New: late').waitFor();
  await dialog(page).getByRole('alert').waitFor();
  expect(await dialog(page).getByLabel('Comment').inputValue()).toBe('It is ready');
  expect((await service('moving')).versions.v2?.state).toBe('draft');

  await patched('moving', { title: 'Moved again' });
  await dialog(page).getByRole('button', { name: 'Publish', exact: true }).click();
  await conflict.getByText('Moved again').waitFor();
  await conflict.getByRole('button', { name: 'Do it all the same' }).click();
  await page.getByText('moving/v2 is published.').waitFor();
  expect((await service('moving')).versions.v2?.state).toBe('published');

  await page.goto('/services/moving?version=v1');
  await page.getByRole('button', { name: 'Retire…' }).click();
  await dialog(page).getByLabel('Comment').fill('Nobody calls it');
  await patched('moving', { title: 'And again' });
  await dialog(page).getByRole('button', { name: 'Retire' }).click();
  await conflict.getByRole('button', { name: 'Leave it as it is now' }).click();
  await dialog(page).waitFor({ state: 'detached' });
  expect((await service('moving')).versions.v1?.state).not.toBe('retired');
  expect(complaints).toEqual([]);
  await context.close();
});

test('a version is added from another, edited, promoted, and imported into; the service goes', async () => {
  await made('growing');
  const { page, context, complaints } = await entered();
  await page.goto('/services/growing');
  await page.getByRole('button', { name: 'Add a version' }).click();
  await dialog(page).getByRole('textbox', { name: 'Id of the version' }).fill('v2');
  await dialog(page).getByText('There is such a version already.').waitFor();
  await dialog(page).getByRole('textbox', { name: 'Id of the version' }).fill('v3');
  await dialog(page).getByLabel('Base path of the version').fill('/v3');
  await dialog(page).getByRole('combobox', { name: 'Copy the operations of' }).click();
  await page.getByRole('option', { name: 'v1' }).click();
  await accessible(page);
  await shot(page, 'version-add');
  await dialog(page).getByRole('button', { name: 'Add a version' }).click();
  await page.getByText('v3 was added as a draft.').waitFor();
  expect((await service('growing')).versions.v3).toMatchObject({
    state: 'draft',
    base_path: '/v3',
    upstream: 'shop',
    operations: { list: { path: '/things' }, old: { path: '/old' } },
  });

  await page.getByRole('button', { name: 'Edit the version' }).click();
  await dialog(page).getByLabel('Title').fill('The third');
  await dialog(page).getByRole('combobox', { name: 'Environments' }).press('ArrowDown');
  await page.getByRole('option', { name: 'staging' }).click();
  await page.keyboard.press('Tab');
  await accessible(page);
  await shot(page, 'version-edit');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await dialog(page).waitFor({ state: 'detached' });
  expect((await service('growing')).versions.v3).toMatchObject({
    title: 'The third',
    environments: ['staging'],
  });

  await patched('growing', { versions: { v3: { state: 'published' } } });
  await page.reload();
  await page.getByRole('button', { name: 'Promote…' }).click();
  await dialog(page).getByRole('combobox', { name: 'Environment' }).click();
  expect(await page.getByRole('option').allTextContents()).toEqual(['production']);
  await page.getByRole('option', { name: 'production' }).click();
  await accessible(page);
  await dialog(page).getByRole('button', { name: 'Promote' }).click();
  await page.getByText('v3 is served in production too.').waitFor();
  expect((await service('growing')).versions.v3).toMatchObject({ environments: ['staging', 'production'] });

  // The draft is what a document is most likely meant for: what was configured by hand stays.
  await page.getByRole('button', { name: 'Import OpenAPI' }).click();
  expect(await dialog(page).getByRole('textbox', { name: 'Version' }).inputValue()).toBe('v2');
  await dialog(page).getByLabel('Or paste the document').fill(PETS);
  await dialog(page).getByRole('button', { name: 'Preview' }).click();
  const report = dialog(page).getByRole('region', { name: 'What would be done' });
  await report.getByText('listPets, addPet').waitFor();
  await dialog(page).getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('button', { name: 'addPet' }).waitFor();
  const { operations } = (await service('growing')).versions.v2 ?? { operations: {} };
  expect(Object.keys(operations).sort()).toEqual(['addPet', 'fresh', 'list', 'listPets']);

  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await accessible(page);
  await dialog(page).getByText('growing.v2.addPet.media-types').waitFor();
  await dialog(page).getByLabel('Comment').fill('It was an experiment');
  await dialog(page).getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'Services', level: 1 }).waitFor();
  expect((await at.ask('GET', '/api/v1/services/growing')).status).toBe(404);
  expect((await at.ask('GET', '/api/v1/policies/growing.v2.addPet.media-types')).status).toBe(404);
  expect(complaints).toEqual([]);
  await context.close();
});
