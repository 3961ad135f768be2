/**
 * Secrets in what people paste: they are taken out before anything is shown, kept or sent. What is left is
 * enough to find things by: the public part of a key, a path, names.
 */

/** What stands where a secret stood. */
export const MASK = '•••';

/** Names whose value is a secret, in queries, headers, cookies and JSON. */
const SECRET_NAME =
  'access_token|api[-_]?key|apikey|auth|authorization|client_secret|cookie|credential|id_token|jwt|key|pass|passwd|password|proxy-authorization|refresh_token|secret|session|sig|signature|subscription-key|token|x-amz-security-token|x-amz-signature|x-api-key|x-auth-token|x-csrf-token';

/** What comes before a secret, and the secret. */
const RULES: RegExp[] = [
  // Keys of Postern: what stands before the last `_` is public.
  /(\bp[a-z]{2}_[a-z0-9]{16}_)([A-Za-z0-9_-]{8,})/g,
  // JSON Web Tokens (RFC 7519), whole or cut off.
  /(\b)(eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,2})/g,
  // All of a cookie header: the names of sessions are anybody's choice.
  /((?:^|[\s'"])(?:set-)?cookie:[ \t]*)([^'"\r\n]+)/gim,
  // `Authorization` and its like, by scheme.
  /(\b(?:Bearer|Basic|Digest|Negotiate|Token|ApiKey|AWS4-HMAC-SHA256|Hawk)\s+)([^\s'"]+)/gi,
  // User and password in a URL, and of curl's options.
  /(:\/\/)([^/\s@'"]+)(?=@)/g,
  /(\s(?:-u|--user|--proxy-user|--oauth2-bearer|-b|--cookie)(?:=|\s+))('[^']*'|"[^"]*"|\S+)/g,
  // Parameters of queries and forms.
  new RegExp(`([?&;'"\\s](?:[a-z0-9_-]*[-_])?(?:${SECRET_NAME}|code)=)([^&\\s'"#;]+)`, 'gi'),
  // Members of JSON, and header lines.
  new RegExp(`((?:^|[\\s'"{,])"?(?:${SECRET_NAME})"?\\s*:\\s*")([^"]*)(?=")`, 'gim'),
  new RegExp(`((?:^|[\\s'"{,])(?:${SECRET_NAME})\\s*:[ \\t]*)([^'"\\s][^'"\\r\\n]*)`, 'gim'),
  // What other products' keys look like.
  /(\b(?:sk|pk|rk|ghp|gho|xox[abp]|AKIA|AIza|glpat)[-_]?)([A-Za-z0-9_-]{16,})/g,
];

/** A pasted text without its secrets; what was masked before stays as it is. */
export function masked(text: string): string {
  let left = text;
  for (const rule of RULES) {
    left = left.replace(rule, (whole, before: string, secret: string) =>
      secret.includes(MASK) ? whole : before + MASK,
    );
  }
  return left;
}
