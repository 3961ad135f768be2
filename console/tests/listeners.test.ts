import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { accessible, fits, shot, somebody } from './harness/browser';
import { at, chromium, entered, withDemo } from './harness/demo';
import { port } from './harness/postern';

const run = promisify(execFile);

withDemo();

/** Makes a certificate for 127.0.0.1 where the gateway's data are. */
async function certificate() {
  const files = { certificate: join(at.data, 'own.pem'), key: `file:${join(at.data, 'own.key')}` };
  const made = ['-keyout', join(at.data, 'own.key'), '-out', files.certificate, '-subj', '/CN=gateway'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await run('openssl', ['req', '-x509', ...kind, ...made, '-addext', 'subjectAltName=IP:127.0.0.1']);
  return files;
}

test('where the gateway listens is seen: what is declared, and what runs', async () => {
  const { page, complaints } = await entered();
  await page.getByRole('navigation').getByRole('link', { name: 'Listeners' }).click();
  await page.getByText('None is declared').waitFor();
  const now = page.getByRole('list', { name: 'Listens on now' });
  await now.getByText(at.gateway, { exact: true }).waitFor();
  await accessible(page);

  const made = async (body: object) =>
    expect(await at.ask('POST', '/api/v1/listeners', body)).toMatchObject({ status: 201 });
  const [own, secure] = [`127.0.0.1:${await port()}`, `127.0.0.1:${await port()}`];
  const tls = {
    certificates: [await certificate()],
    all_certificates: true,
    min_version: '1.3',
    request_client_certificate: true,
  };
  // What the command line says stands in the place of the first one's address.
  await made({ id: 'first', address: own });
  await made({
    id: 'secure',
    address: secure,
    tls,
    http2: false,
    distribution: 'least_loaded',
    proxy_protocol: { from: ['10.0.0.0/24'], optional: true },
  });
  await page.reload();
  await now.getByText(`https://${secure}`, { exact: true }).waitFor();
  await now.getByText(at.gateway, { exact: true }).waitFor();
  const row = (id: string) => page.getByRole('row').filter({ hasText: id });
  await row('first').getByText('no: plain HTTP').waitFor();
  await row('first').getByText(own).waitFor();
  await row('secure').getByText('asked for; each service says what they are worth').waitFor();
  const told = await row('secure').textContent();
  expect(told).toContain(secure);
  expect(told).toMatch(/1\.3 and later, with .*own\.pem, and every other one that has a name/);
  expect(told).toMatch(/may come, and only from 10\.0\.0\.0\/24/);
  expect(told).toContain('the core with the fewest');
  await accessible(page);
  await shot(page, 'listeners');
  await page.setViewportSize({ width: 390, height: 900 });
  await fits(page);
  await accessible(page);
  await shot(page, 'listeners-narrow');
  expect(complaints).toEqual([]);
});

test('whoever may not see the settings of the platform is told so, and has no such page in the list', async () => {
  const { page, complaints } = await somebody(chromium, at, 'admin', 'commerce');
  expect(await page.getByRole('navigation').getByRole('link', { name: 'Listeners' }).count()).toBe(0);
  await page.goto('/listeners');
  await page.getByText('It takes the permission settings.read.').waitFor();
  expect(complaints).toEqual([]);
});
