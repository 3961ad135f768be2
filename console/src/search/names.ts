/** Which names say that their value is a secret, and which say that it is harmless. */

/** Words that make a name secret wherever they stand in it, run together with others or not. */
const SECRET =
  /(?:token|secret|password|passwd|passphrase|apikey|accesskey|authorization|cookies?|credentials?|jwt|sessi?on(?:id)?|sessid|signature)$/;

/** Words that make a name secret where they stand last in it. */
const SECRET_AT_END = /^(?:auth|key|keys|otp|pass|pin|pw|pwd|sid|sig|tokens|secrets|passwords)$/;

/** Last words of names that only tell of a secret: `token_type`, `session_expires`. */
const ABOUT = /^(?:type|expires?|expiry|in|at|url|uri|endpoint|length|count|limit|policy|status)$/;

/** Names that end in `key` and are no secret. */
const NO_SECRET = /^(?:idempotency|primary|foreign|partition|sort|public)key$/;

/** The words of a name, in lower case: `X-Access-Token`, `accessToken` and `access_token` are alike. */
function wordsOf(name: string): string[] {
  return plain(name)
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter(Boolean);
}

/** A name without the escapes of URLs. */
function plain(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Whether what has this name is a secret: a header, a parameter, a member of JSON. */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1)?.replace(/(?<=[a-z])\d+$/, '') ?? '';
  if (NO_SECRET.test(words.slice(-2).join('')) || ABOUT.test(last)) return false;
  return SECRET_AT_END.test(last) || words.some((word) => SECRET.test(word));
}

/** Headers that may stand in the address of a page: they say how something is sent, not by whom. */
const HARMLESS =
  /^(?:accept(?:-\w+)*|access-control-request-(?:headers|method)|cache-control|content-(?:encoding|language|length|type)|expect|forwarded|host|if-(?:match|modified-since|none-match|unmodified-since)|origin|range|sec-fetch-\w+|te|transfer-encoding|upgrade|user-agent|x-forwarded-(?:for|host|port|proto)|x-real-ip|x-request-id)$/i;

/** Whether a header that somebody else wrote is known to be harmless. */
export function isHarmlessHeader(name: string): boolean {
  return HARMLESS.test(name);
}
