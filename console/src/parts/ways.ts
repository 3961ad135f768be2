import { texts } from '../texts';
import { type Sent, withCertificate, withKey, withPassword } from './curl';
import { withProof } from './proving';
import { type Algorithm, quotedString, type Signed, withHmac, withSignature } from './signing';

/** What is accepted from callers, as far as they have to know. */
export interface Accepted {
  /** The kinds, in the order in which callers are asked for them. */
  kinds: string[];
  /** Where an API key may stand. */
  headers: string[];
  query: string[];
  /** The cookie of a session. */
  cookie?: string;
  /** Whether tokens may or have to come with a proof that they are their sender's (DPoP). */
  dpop?: string | null;
  /** Where it is described who gives out tokens (RFC 9728). */
  metadata?: string;
  /** What signatures of requests have to be like, and those by a secret in `Authorization`. */
  signature?: Signed | null;
  hmac?: Signed | null;
}

/** What a caller has: where nothing is said, a word stands for it. */
export interface Has {
  /** A key, a password, or a secret to sign by. */
  secret?: string;
  /** Whose password it is. */
  user?: string;
  /** What signatures call the key, and how it signs. */
  keyId?: string;
  algorithm?: Algorithm;
}

/** What signatures have to cover where nothing is said. */
export const USUAL_SIGNED: Signed = {
  components: ['@method', '@authority', '@path', '@query'],
  nonce: false,
  digest: true,
};

/** How proofs that a token is its sender's may be signed, as the gateway names it. */
const PROOF_ALGORITHMS = 'ES256 ES384 ES512 EdDSA PS256 PS384 PS512 RS256 RS384 RS512';

/** The cookie of a session where nothing is said. */
export const USUAL_COOKIE = 'postern_session';

/** One way to prove who one is: what a caller sends, and what somebody who sends nothing is told. */
export interface Way {
  kind: string;
  name: string;
  sent: Sent;
  /** Values of `WWW-Authenticate`. */
  challenges: string[];
  /** The value of `Accept-Signature` (RFC 9421 §5.1). */
  acceptSignature?: string;
}

const words = texts.ways.kinds;

interface Kind {
  /** The request with what proves it. */
  sent: (accepted: Accepted, bare: Sent, has: Has) => Sent;
  /** What stands in `WWW-Authenticate`, for a request without it. */
  challenges: (accepted: Accepted, realm: string, bare: Sent) => string[];
}

const withHeader = (sent: Sent, name: string, value: string): Sent => ({
  ...sent,
  headers: [...sent.headers, [name, value]],
});

/** What is known of each kind; one that is not here is shown by its name alone. */
const KINDS: Record<string, Kind> = {
  api_key: {
    sent: (accepted, bare, { secret = words.yourKey }) => withKey(bare, accepted, secret),
    challenges: ({ headers }, realm) =>
      headers.map((header) => `ApiKey realm=${realm}, header=${quotedString(header.toLowerCase())}`),
  },
  jwt: {
    sent: ({ dpop }, bare) =>
      dpop === 'required'
        ? withProof(bare, words.yourToken)
        : withHeader(bare, 'Authorization', `Bearer ${words.yourToken}`),
    challenges: ({ dpop, metadata }, realm) => {
      const said = metadata ? `, resource_metadata=${quotedString(metadata)}` : '';
      const proved = `DPoP realm=${realm}${said}, algs="${PROOF_ALGORITHMS}"`;
      return [...(dpop === 'required' ? [] : [`Bearer realm=${realm}${said}`]), ...(dpop ? [proved] : [])];
    },
  },
  // Browsers send it by themselves, once somebody has signed in.
  session: {
    sent: ({ cookie = USUAL_COOKIE }, bare) => withHeader(bare, 'Cookie', `${cookie}=${words.yourSession}`),
    challenges: ({ cookie = USUAL_COOKIE }, realm) => [
      `Cookie realm=${realm}, cookie-name=${quotedString(cookie)}`,
    ],
  },
  signature: {
    sent: ({ signature }, bare, { keyId = words.yourKeyId, algorithm = 'ed25519', secret }) => {
      const shared = algorithm === 'hmac-sha256' ? (secret ?? words.yourSecret) : undefined;
      return withSignature(bare, signature ?? USUAL_SIGNED, { id: keyId, algorithm, secret: shared });
    },
    challenges: (_, realm) => [`Signature realm=${realm}`],
  },
  hmac: {
    sent: ({ hmac }, bare, { keyId = words.yourKeyId, secret = words.yourSecret }) =>
      withHmac(bare, hmac ?? USUAL_SIGNED, { id: keyId, algorithm: 'hmac-sha256', secret }),
    challenges: ({ hmac }, realm, bare) => [
      `Signature realm=${realm}, algorithm="hmac-sha256", headers="${hmacFields(hmac ?? USUAL_SIGNED, bare)}"`,
    ],
  },
  basic: {
    sent: (_, bare, { user = words.yourName, secret = words.yourPassword }) =>
      withPassword(bare, user, secret),
    challenges: (_, realm) => [`Basic realm=${realm}, charset="UTF-8"`],
  },
  mtls: {
    sent: (_, bare) => withCertificate(bare),
    challenges: (_, realm) => [`Certificate realm=${realm}`],
  },
};

/** The fields that a signature by a secret has to cover, as the gateway asks for them. */
function hmacFields({ components, digest }: Signed, bare: Sent): string {
  const fields = components.filter((name) => !['@method', '@path', '@query'].includes(name));
  const named = fields.map((name) => (name === '@authority' ? 'host' : name.toLowerCase()));
  return [
    '(request-target)',
    'date',
    ...named,
    ...(digest && bare.body !== undefined ? ['digest'] : []),
  ].join(' ');
}

/** The ways in, in the order in which callers are asked for them. `realm` is the service. */
export function waysOf(accepted: Accepted, realm: string, bare: Sent): Way[] {
  return accepted.kinds.flatMap((kind) => {
    const way: Way = {
      kind,
      name: kindName(kind),
      sent: sentBy(kind, accepted, bare),
      challenges: KINDS[kind]?.challenges(accepted, quotedString(realm), bare) ?? [],
      ...(kind === 'signature' && { acceptSignature: askedFor(accepted.signature ?? USUAL_SIGNED, bare) }),
    };
    if (kind !== 'jwt' || !accepted.dpop) return [way];
    const bound: Way = { ...way, name: words.boundToken, sent: withProof(bare, words.yourToken) };
    return accepted.dpop === 'required' ? [bound] : [way, { ...bound, challenges: [] }];
  });
}

/** What a signature of the request has to cover and to say, as the gateway asks for it. */
function askedFor({ components, nonce, digest }: Signed, bare: Sent): string {
  const all = [...components, ...(digest && bare.body !== undefined ? ['content-digest'] : [])];
  return `sig1=(${all.map(quotedString).join(' ')});created;keyid${nonce ? ';nonce' : ''}`;
}

/** A request with what proves who sends it, by one of the kinds that are accepted. */
export function sentBy(kind: string, accepted: Accepted, bare: Sent, has: Has = {}): Sent {
  return KINDS[kind]?.sent(accepted, bare, has) ?? bare;
}

/** What people call a kind of credential. */
export function kindName(kind: string): string {
  return (words.names as Record<string, string>)[kind] ?? kind;
}
