/**
 * Secrets in what people paste: they are taken out before anything is shown, kept or sent. What is left is
 * enough to find things by: the public part of a key, a path, names.
 */
import { isSecretName } from './names';

/** What stands where a secret stood. */
export const MASK = '•••';

/** Short options of curl that take no value: others may stand before the one that has a secret. */
const SWITCHES = '[aqfgGI0ik46jlLMnNZ#pJORSs231BvV]*';

/** A word of a command line, quoted or not. */
const WORD = `(?:\\$?'[^']*'?|"(?:\\\\.|[^"\\\\])*"?|[^\\s'"]+)`;

/** What comes before a secret, and the secret. */
const RULES: RegExp[] = [
  // Keys of Postern: what stands before the last `_` is public.
  /(\bp[a-z]{2}_[a-z0-9]{16}_)([A-Za-z0-9_-]{8,})/g,
  // JSON Web Tokens (RFC 7519), whole or cut off.
  /(\b)(eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,2})/g,
  // `Authorization` and its like, by scheme.
  /(\b(?:Bearer|Basic|Digest|Negotiate|Token|ApiKey|AWS4-HMAC-SHA256|Hawk)\s+)([^\s'":=][^\s'"]*)/gi,
  // User and password in a URL, and before a host without a scheme.
  /(:\/\/)([^/?#\s'"]+)(?=@)/g,
  /((?:^|[\s'"])[^\s@:/?#'"]+:)([^\s@/?#'"]+)(?=@)/g,
  // Those of curl's options, also within a bundle: `-su lin:secret`, `-ulin:secret`.
  new RegExp(`(\\s-${SWITCHES}[uUbE](?:=|\\s+)?)(${WORD})`, 'g'),
  new RegExp(
    `(\\s--(?:user|proxy-user|oauth2-bearer|cookie|cert|proxy-cert|pass|proxy-pass|(?:proxy-)?tlspassword|aws-sigv4)(?:=|\\s+))(${WORD})`,
    'g',
  ),
  // What other products' keys look like.
  /(\b(?:sk|pk|rk|ghp|gho|xox[abp]|AKIA|AIza|glpat)[-_]?)([A-Za-z0-9_-]{16,})/g,
];

/** How a name stands before its value, and the value: what the name says decides whether that is a secret. */
interface Named {
  head: RegExp;
  value: RegExp;
  /** Names that are secret here, beside those that are anywhere. */
  too?: RegExp;
}

const NAMED: Named[] = [
  // Parameters of queries, fragments and forms. An authorization `code` is as good as a token.
  {
    head: /(?<![\w%.[\]-])([\w%.[\]-]+)=/g,
    value: /"[^"]*"|'[^']*'|["']?[^&\s'"#;]+/y,
    too: /^(?:code|state|nonce|assertion|samlresponse)$/i,
  },
  // Members of JSON, also within a string of the shell or of JSON, and in a list.
  { head: /(?<![\w.-])([\w.-]+)\\+"\s*:\s*\[?\s*\\+"/g, value: /[\s\S]+?(?=\\+"|$)/y },
  { head: /(?<![\w.-])([\w.-]+)"\s*:\s*\[?\s*"/g, value: /(?:\\[\s\S]|[^"\\])+/y },
  { head: /(?<![\w.-])([\w.-]+)'\s*:\s*\[?\s*'/g, value: /(?:\\[\s\S]|[^'\\])+/y },
  { head: /(?<![\w.-])([\w.-]+)["']\s*:\s*/g, value: /[^\s"',[{}\]]+/y },
  // Lines of headers: to the end of the quotes that they stand in, or of the line.
  { head: /(?<=')([\w.-]+)[ \t]*:[ \t]*/g, value: /[^'\r\n]+/y },
  { head: /(?<=")([\w.-]+)[ \t]*:[ \t]*/g, value: /(?:\\.|[^"\\\r\n])+/y },
  { head: /^[ \t]*([\w.-]+)[ \t]*:[ \t]*/gm, value: /[^\s][^\r\n]*/y },
  { head: /(?<![\w.-])([\w.-]+)[ \t]*:[ \t]*/g, value: /[^'"\s][^'"\r\n]*/y },
];

/** The public half of a key, and what scheme it came with: that is worth keeping of a secret. */
const PUBLIC = new RegExp(`^(?:\\w+ )?p[a-z]{2}_[a-z0-9]{16}_${MASK}`);

/** A pasted text without its secrets; what was masked before stays as it is. */
export function masked(text: string): string {
  let left = text;
  for (const rule of RULES) {
    left = left.replace(rule, (_, before: string, secret: string) => before + instead(secret));
  }
  for (const named of NAMED) left = withoutNamed(left, named);
  return left;
}

/** Whether a text has a secret in it. */
export function hasSecret(text: string): boolean {
  return text.includes(MASK) || masked(text) !== text;
}

function instead(secret: string): string {
  return PUBLIC.exec(secret)?.[0] ?? MASK;
}

/** Takes out the values of secret names. Others stay, and are looked through like all else. */
function withoutNamed(text: string, { head, value, too }: Named): string {
  let left = '';
  let at = 0;
  for (const found of text.matchAll(head)) {
    const name = found[1] ?? '';
    const end = found.index + found[0].length;
    if (found.index < at || !(isSecretName(name) || too?.test(name))) continue;
    value.lastIndex = end;
    const secret = value.exec(text)?.[0];
    if (secret === undefined) continue;
    left += text.slice(at, end) + instead(secret);
    at = end + secret.length;
  }
  return left + text.slice(at);
}
