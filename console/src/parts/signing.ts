import { quoted, type Sent } from './curl';

/** What a signature of a request has to be like. */
export interface Signed {
  /** What it has to cover: parts of the request (`@method`, `@path`), and header fields by their names. */
  components: readonly string[];
  /** Whether each carries a nonce. */
  nonce: boolean;
  /** Whether a body is covered by its digest. */
  digest: boolean;
}

/** How requests are signed (RFC 9421 §6.2.2). */
export type Algorithm =
  | 'ed25519'
  | 'ecdsa-p256-sha256'
  | 'ecdsa-p384-sha384'
  | 'rsa-pss-sha512'
  | 'rsa-v1_5-sha256'
  | 'hmac-sha256';

/** What a caller signs with: what signatures call it and, of a secret, the secret itself. */
export interface Signer {
  id: string;
  algorithm: Algorithm;
  secret?: string;
}

/** Object identifiers of public keys (RFC 5480, RFC 8410, RFC 8017), as they stand in their DER. */
const OIDS: Array<[string, Algorithm]> = [
  ['06032b6570', 'ed25519'],
  ['06082a8648ce3d030107', 'ecdsa-p256-sha256'],
  ['06052b81040022', 'ecdsa-p384-sha384'],
  ['06092a864886f70d010101', 'rsa-pss-sha512'],
];

/** Names of curves of JSON Web Keys (RFC 7518, RFC 8037). */
const CURVES: Record<string, Algorithm> = {
  Ed25519: 'ed25519',
  'P-256': 'ecdsa-p256-sha256',
  'P-384': 'ecdsa-p384-sha384',
};

/** How a public key signs, by its PEM text or JWK: none, where it is the path of a file or something else. */
export function algorithmOf(key: string): Algorithm | undefined {
  const pem = /-----BEGIN PUBLIC KEY-----([\sA-Za-z0-9+/=]+)-----END PUBLIC KEY-----/.exec(key)?.[1];
  try {
    if (pem) {
      const hex = [...atob(pem)].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('');
      return OIDS.find(([oid]) => hex.includes(oid))?.[1];
    }
    const { kty, crv } = JSON.parse(key) as Record<string, string>;
    return kty === 'RSA' ? 'rsa-pss-sha512' : CURVES[crv ?? ''];
  } catch {
    return undefined;
  }
}

/** A file with the private key, for people to put theirs in its place. */
export const KEY_FILE = 'private.pem';

/** What makes ECDSA's two numbers, of so many hexadecimal digits, out of OpenSSL's DER (RFC 9421 §3.3.4). */
const numbers = (digits: number) =>
  `openssl asn1parse -inform DER | sed -n 's/.*INTEGER *://p' | while read -r N; do printf '%${digits}s' "$N"; done | tr ' ' 0 | basenc --base16 -d`;

/** Commands that sign the file `$BASE`. */
const SIGNING: Record<Algorithm, string> = {
  ed25519: `openssl pkeyutl -sign -rawin -inkey ${KEY_FILE} -in "$BASE"`,
  'ecdsa-p256-sha256': `openssl dgst -sha256 -sign ${KEY_FILE} "$BASE" | ${numbers(64)}`,
  'ecdsa-p384-sha384': `openssl dgst -sha384 -sign ${KEY_FILE} "$BASE" | ${numbers(96)}`,
  'rsa-pss-sha512': `openssl dgst -sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:64 -sign ${KEY_FILE} "$BASE"`,
  'rsa-v1_5-sha256': `openssl dgst -sha256 -sign ${KEY_FILE} "$BASE"`,
  'hmac-sha256': `openssl dgst -sha256 -hmac "$SECRET" -binary "$BASE"`,
};

/** A text that a shell puts values of these variables into, and of no others. */
export const filled = (text: string) =>
  `"${text.replaceAll(/["\\`]|\$(?!(?:DATE|DIGEST|MAC|SAYS|SIGNATURE|TOKEN|HEADER|CLAIMS)\b)/g, '\\$&')}"`;

/** A quoted string (RFC 9110 §5.6.4), or a string of structured fields (RFC 9651 §3.3.3). */
export const quotedString = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

/** What stands for a header field that nothing is known of. */
const SOME_VALUE = 'SOME-VALUE';

/** The parts of a request's address as they are sent: `URL` would escape some of them. */
function partsOf({ url }: Sent) {
  const { origin, host, protocol } = new URL(url);
  const target = url.slice(origin.length) || '/';
  const [path = '/', query] = target.split('?', 2);
  return { host, scheme: protocol.slice(0, -1), target, path, query: `?${query ?? ''}` };
}

/** What a part of a request is (RFC 9421 §2.2); nothing for a header field. */
function derived(name: string, sent: Sent): string | undefined {
  const { host, scheme, target, path, query } = partsOf(sent);
  const all: Record<string, string> = {
    '@method': sent.method,
    '@target-uri': sent.url,
    '@authority': host,
    '@scheme': scheme,
    '@request-target': target,
    '@path': path,
    '@query': query,
  };
  return all[name];
}

/** A header field as it is sent: the value it has or gets. `date` and digests are variables of the shell. */
function fieldOf(name: string, sent: Sent): { value: string; known: boolean } {
  const found = sent.headers.find(([one]) => one.toLowerCase() === name)?.[1];
  if (name === 'host') return { value: partsOf(sent).host, known: true };
  if (name === 'content-length') return { value: String(sent.body?.length ?? 0), known: true };
  return { value: found ?? SOME_VALUE, known: found !== undefined };
}

/** Lines of a text as the arguments of `printf`, joined by line feeds and with none at the end. */
const printed = (lines: string[]) => `printf '${lines.map(() => '%s').join('\\n')}' ${lines.join(' ')}`;

/** What makes the digest of a body. */
const digested = (body: string) => `$(printf %s ${quoted(body)} | openssl dgst -sha256 -binary | base64 -w0)`;

/** The header fields that are sent only because they are signed, and what to put before the command. */
function headersFor(names: string[], sent: Sent): Sent {
  const missing = names.filter((name) => !fieldOf(name, sent).known);
  const headers = missing.map((name): [string, string] => [name, SOME_VALUE]);
  return { ...sent, headers: [...sent.headers, ...headers] };
}

/** Signs a request as RFC 9421 has it, by OpenSSL. */
export function withSignature(bare: Sent, asked: Signed, signer: Signer): Sent {
  const digest = bare.body !== undefined && asked.digest;
  const names = [...asked.components, ...(digest ? ['content-digest'] : [])];
  const covered = [...new Set(names.map((name) => name.toLowerCase()))];
  const sent = headersFor(
    covered.filter((name) => !name.startsWith('@') && name !== 'content-digest'),
    bare,
  );
  const lines = covered.map((name) => {
    if (name === 'content-digest') return filled(`"${name}": $DIGEST`);
    return quoted(`"${name}": ${derived(name, sent) ?? fieldOf(name, sent).value}`);
  });
  const nonce = asked.nonce ? `';nonce="'$(openssl rand -hex 16)'"'` : '';
  const inner = covered.map(quotedString).join(' ');
  const says = `${quoted(`(${inner});keyid=${quotedString(signer.id)};created=`)}$(date +%s)${nonce}`;
  const withBody = covered.includes('content-digest');
  return {
    ...sent,
    before: [
      ...(signer.secret === undefined ? [] : [`SECRET=${quoted(signer.secret)}`]),
      ...(withBody ? [`DIGEST="sha-256=:${digested(sent.body ?? '')}:"`] : []),
      `SAYS=${says}`,
      'BASE=$(mktemp)',
      `${printed([...lines, filled('"@signature-params": $SAYS')])} > "$BASE"`,
      `SIGNATURE=$(${SIGNING[signer.algorithm]} | base64 -w0)`,
    ],
    options: [
      ...(withBody ? ['-H', filled('Content-Digest: $DIGEST')] : []),
      '-H',
      filled('Signature-Input: sig1=$SAYS'),
      '-H',
      filled('Signature: sig1=:$SIGNATURE:'),
    ],
  };
}

/** Signs a request by a secret, as draft-cavage-http-signatures-12 has it. */
export function withHmac(bare: Sent, asked: Signed, signer: Signer): Sent {
  const digest = bare.body !== undefined && asked.digest;
  const fields = asked.components.flatMap((name) => {
    if (name === '@authority') return ['host'];
    return name.startsWith('@') ? [] : [name.toLowerCase()];
  });
  const names = [...new Set(['date', ...fields, ...(digest ? ['digest'] : [])])];
  const made: Record<string, string> = { date: '$DATE', digest: '$DIGEST' };
  const sent = headersFor(
    names.filter((name) => made[name] === undefined),
    bare,
  );
  const lines = [
    quoted(`(request-target): ${sent.method.toLowerCase()} ${partsOf(sent).target}`),
    ...names.map((name) =>
      made[name] ? filled(`${name}: ${made[name]}`) : quoted(`${name}: ${fieldOf(name, sent).value}`),
    ),
  ];
  const said = `keyId=${quotedString(signer.id)},algorithm="hmac-sha256",headers="(request-target) ${names.join(' ')}"`;
  return {
    ...sent,
    before: [
      `SECRET=${quoted(signer.secret ?? '')}`,
      `DATE=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')`,
      ...(digest ? [`DIGEST="SHA-256=${digested(sent.body ?? '')}"`] : []),
      `MAC=$(${printed(lines)} | openssl dgst -sha256 -hmac "$SECRET" -binary | base64 -w0)`,
    ],
    options: [
      '-H',
      filled('Date: $DATE'),
      ...(digest ? ['-H', filled('Digest: $DIGEST')] : []),
      '-H',
      filled(`Authorization: Signature ${said},signature="$MAC"`),
    ],
  };
}
