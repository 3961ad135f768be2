import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What serves as the provider. */
const LIBRARY = resolve('node_modules/oauth2-mock-server/dist/index.mjs');

/** A real provider of OpenID Connect, oauth2-mock-server, as the tests in Rust start it. */
export interface Provider {
  issuer: string;
  /** The authority that Postern has to know (`SSL_CERT_FILE`). */
  authority: string;
  /** Says whom it vouches for from now on. */
  vouches(claims: Record<string, unknown>): Promise<void>;
  end(): Promise<void>;
}

/** Makes an authority, and a certificate of it for 127.0.0.1, in a directory. */
async function certificates(directory: string) {
  const at = (name: string) => join(directory, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const openssl = (...args: string[]) => run('openssl', args);
  await openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-subj',
    '/CN=Providers',
  );
  await openssl('req', ...key, '-keyout', at('key.pem'), '-out', at('request.pem'), '-subj', '/CN=provider');
  await writeFile(at('extensions'), 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n');
  const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
  const what = ['-in', at('request.pem'), '-out', at('cert.pem'), '-extfile', at('extensions')];
  await openssl('x509', '-req', ...what, ...signed);
  return { authority: at('ca.pem'), key: at('key.pem'), certificate: at('cert.pem') };
}

/** Starts the provider. */
export async function provider(): Promise<Provider> {
  const directory = await mkdtemp(join(tmpdir(), 'postern-provider-'));
  const { authority, key, certificate } = await certificates(directory);
  const program = resolve('../crates/outbound/tests/peers/provider.mjs');
  const child = spawn('node', [program, LIBRARY, key, certificate], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => JSON.parse((await lines.next()).value);
  const { issuer } = await read();
  return {
    issuer,
    authority,
    async vouches(claims) {
      child.stdin.write(`${JSON.stringify({ payload: claims })}\n`);
      await read();
    },
    async end() {
      child.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
