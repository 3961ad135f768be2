import { texts } from '../texts';
import { type Sent, withKey } from './curl';

/** What is accepted from callers, as far as they have to know. */
export interface Accepted {
  /** The kinds, in the order in which callers are asked for them. */
  kinds: string[];
  /** Where an API key may stand. */
  headers: string[];
  query: string[];
  /** The cookie of a session. */
  cookie?: string;
}

/** The cookie of a session where nothing is said. */
const USUAL_COOKIE = 'postern_session';

/** One way to prove who one is: what a caller sends, and what somebody who sends nothing is told. */
export interface Way {
  kind: string;
  name: string;
  sent: Sent;
  /** Values of `WWW-Authenticate`. */
  challenges: string[];
}

const words = texts.ways.kinds;

/** A quoted string (RFC 9110 §5.6.4). */
const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

type Make = (accepted: Accepted, realm: string, bare: Sent) => Omit<Way, 'kind' | 'name'>;

/** What is known of each kind; one that is not here is shown by its name alone. */
const KINDS: Record<string, Make> = {
  api_key: ({ headers, query }, realm, bare) => ({
    sent: withKey(bare, { headers, query }, words.yourKey),
    challenges: headers.map(
      (header) => `ApiKey realm=${quoted(realm)}, header=${quoted(header.toLowerCase())}`,
    ),
  }),
  jwt: (_, realm, bare) => ({
    sent: { ...bare, headers: [...bare.headers, ['Authorization', `Bearer ${words.yourToken}`]] },
    challenges: [`Bearer realm=${quoted(realm)}`],
  }),
  // Browsers send it by themselves, once somebody has signed in.
  session: ({ cookie = USUAL_COOKIE }, realm, bare) => ({
    sent: { ...bare, headers: [...bare.headers, ['Cookie', `${cookie}=${words.yourSession}`]] },
    challenges: [`Cookie realm=${quoted(realm)}, cookie-name=${quoted(cookie)}`],
  }),
};

/** The ways in, in the order in which callers are asked for them. `realm` is the service. */
export function waysOf(accepted: Accepted, realm: string, bare: Sent): Way[] {
  return accepted.kinds.map((kind) => ({
    kind,
    name: kindName(kind),
    ...(KINDS[kind]?.(accepted, realm, bare) ?? { sent: bare, challenges: [] }),
  }));
}

/** What people call a kind of credential. */
export function kindName(kind: string): string {
  return (words.names as Record<string, string>)[kind] ?? kind;
}
