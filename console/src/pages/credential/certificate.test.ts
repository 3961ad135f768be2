import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { readCertificate } from './certificate';

const openssl = (args: string[], input?: string) =>
  execFileSync('openssl', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });

/** Makes a certificate. */
const made = (subject: string, ...more: string[]) => {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null'];
  return openssl(['req', '-x509', ...key, '-utf8', '-subj', subject, ...more]);
};

/** What OpenSSL says of one, after the first `=`. */
const said = (pem: string, ...args: string[]) =>
  openssl(['x509', '-noout', ...args], pem)
    .replace(/^[^=]*=\s*/, '')
    .trim();

test('a certificate says what OpenSSL says of it', async () => {
  const names =
    'subjectAltName=DNS:till-7.example.com,URI:spiffe://example.com/till/7,email:till@example.com,IP:127.0.0.1';
  const pem = made('/C=DE/O=Example, Inc. + Sons/CN=till-7', '-addext', names);
  const read = await readCertificate(`Bag Attributes\n${pem}`);
  expect(read).toEqual({
    fingerprint: said(pem, '-fingerprint', '-sha256').replaceAll(':', '').toLowerCase(),
    dns: ['till-7.example.com'],
    uri: ['spiffe://example.com/till/7'],
    email: ['till@example.com'],
    subject: said(pem, '-subject', '-nameopt', 'RFC2253'),
  });
});

test('letters of all languages are as they are, and what is rarely met is not offered', async () => {
  expect((await readCertificate(made('/O=Zoë/CN=till')))?.subject).toBe('CN=till,O=Zoë');
  expect((await readCertificate(made('/title=Boss/CN=till')))?.subject).toBeUndefined();
});

test('what is no certificate says nothing', async () => {
  const pem = made('/CN=till');
  const cut = pem.replace(/\n[^\n]+\n-----END/, '\n-----END');
  const key = openssl(['genpkey', '-algorithm', 'ed25519']);
  for (const text of ['', 'hello', key, cut, pem.replaceAll(/[A-Za-z0-9+/]{64}/g, 'A'.repeat(64))]) {
    expect(await readCertificate(text)).toBeUndefined();
  }
});
