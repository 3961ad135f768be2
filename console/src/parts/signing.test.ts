import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { curlOf } from './curl';
import { withProof } from './proving';
import { algorithmOf, type Signer, withHmac, withSignature } from './signing';

const BARE = { method: 'GET', url: 'https://api.example.com/orders?all', headers: [] };
const ASKED = { components: ['@method', '@authority', '@path', '@query'], nonce: false, digest: true };
const POSTED = { ...BARE, method: 'POST', body: `{"it's": "$HOME"}` };

/** What the commands before curl leave in a variable. */
function left(before: string[], name: string, directory: string): string {
  const script = [...before, `printf %s "$${name}"`].join('\n');
  return execFileSync('sh', ['-c', script], { cwd: directory, encoding: 'utf8' });
}

test('each kind of key is known by its PEM text or JWK', () => {
  const made = (...args: string[]) => {
    const key = execFileSync('openssl', ['genpkey', ...args], { stdio: 'pipe' });
    return execFileSync('openssl', ['pkey', '-pubout'], { input: key, encoding: 'utf8' });
  };
  const curve = (name: string) => ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${name}`];
  expect(algorithmOf(made('-algorithm', 'ed25519'))).toBe('ed25519');
  expect(algorithmOf(made(...curve('P-256')))).toBe('ecdsa-p256-sha256');
  expect(algorithmOf(made(...curve('P-384')))).toBe('ecdsa-p384-sha384');
  expect(algorithmOf(made('-algorithm', 'RSA'))).toBe('rsa-pss-sha512');
  expect(algorithmOf('{"kty":"EC","crv":"P-384","x":"","y":""}')).toBe('ecdsa-p384-sha384');
  expect(algorithmOf('keys/till.pem')).toBeUndefined();
  expect(algorithmOf('{"kty":"oct"}')).toBeUndefined();
});

test('a signature has the length of its kind, and says what it covers', () => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-signing-'));
  const lengths: Array<[Signer['algorithm'], number, string[]]> = [
    ['ed25519', 64, ['-algorithm', 'ed25519']],
    ['ecdsa-p256-sha256', 64, ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']],
    ['ecdsa-p384-sha384', 96, ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384']],
    ['rsa-pss-sha512', 256, ['-algorithm', 'RSA']],
  ];
  for (const [algorithm, length, args] of lengths) {
    execFileSync('openssl', ['genpkey', ...args, '-out', join(directory, 'private.pem')], { stdio: 'pipe' });
    const { before = [] } = withSignature(POSTED, ASKED, { id: 'till', algorithm });
    expect(Buffer.from(left(before, 'SIGNATURE', directory), 'base64').length, algorithm).toBe(length);
    expect(left(before, 'SAYS', directory)).toMatch(
      /^\("@method" "@authority" "@path" "@query" "content-digest"\);keyid="till";created=\d+$/,
    );
  }
});

test('a secret signs method, target, time, and the digest of a body', () => {
  const signer: Signer = { id: 'a"$MAC`id`', algorithm: 'hmac-sha256', secret: `it's` };
  const sent = withHmac(POSTED, { ...ASKED, components: ['@authority', 'X-Till'] }, signer);
  const command = curlOf(sent);
  expect(command).toContain(
    `printf '%s\\n%s\\n%s\\n%s\\n%s' '(request-target): post /orders?all' "date: $DATE" 'host: api.example.com' 'x-till: SOME-VALUE' "digest: $DIGEST"`,
  );
  expect(command.split('\n').at(-1)).toMatch(
    /^curl -X POST 'https:.*' -H 'x-till: SOME-VALUE' -H "Date: \$DATE" -H "Digest: \$DIGEST" -H "Authorization: .*\\`id\\`.*" --data-raw /,
  );
  expect(left(sent.before ?? [], 'DIGEST', tmpdir())).toMatch(/^SHA-256=[\w+/]{43}=$/);
});

test('a proof of a key says what is sent, by whom and for which token', () => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-proving-'));
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', join(directory, 'private.pem')]);
  const { before = [] } = withProof({ ...BARE, url: 'http://127.0.0.1:9/orders?all' }, 'a.b.c');
  const told = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString());
  const claims = left(before, 'CLAIMS', directory);
  expect(told(left(before, 'HEADER', directory))).toMatchObject({ typ: 'dpop+jwt', jwk: { crv: 'Ed25519' } });
  expect(told(claims)).toMatchObject({ htm: 'GET', htu: 'http://127.0.0.1:9/orders' });
  expect(told(claims)).not.toHaveProperty('nonce');
  const nonced = before.map((line) => (line.startsWith('NONCE=') ? 'NONCE=a-nonce' : line));
  expect(told(left(nonced, 'CLAIMS', directory))).toMatchObject({ nonce: 'a-nonce' });
  expect(Buffer.from(left(before, 'SIGNATURE', directory), 'base64url').length).toBe(64);
});
