/** A request that a person can send: what makes a curl command. */
export interface Sent {
  method: string;
  url: string;
  headers: Array<[string, string]>;
  body?: string | undefined;
  /** The name of a file that has the body, where it is not known. */
  file?: string | undefined;
  /** Lines that come before the command: they make what it sends. */
  before?: string[];
  /** Further arguments, written as a shell reads them. */
  options?: string[];
}

/** Where a key stands if nothing else is said. */
const USUAL_HEADER = 'X-API-Key';

/** A text between single quotes for a POSIX shell. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Puts a key into a request: into the first header that is looked at or, without one, the query. */
export function withKey(sent: Sent, places: { headers: string[]; query: string[] }, key: string): Sent {
  const [header] = places.headers;
  const [parameter] = places.query;
  if (header || !parameter) return { ...sent, headers: [...sent.headers, [header ?? USUAL_HEADER, key]] };
  const url = new URL(sent.url);
  url.searchParams.set(parameter, key);
  return { ...sent, url: url.href };
}

/** Puts a user name and password into a request (RFC 7617): curl encodes them as the shell has them, in UTF-8. */
export function withPassword(sent: Sent, user: string, password: string): Sent {
  return { ...sent, options: [...(sent.options ?? []), '-u', quoted(`${user}:${password}`)] };
}

/** Sends a request over a connection with a client certificate. */
export function withCertificate(sent: Sent): Sent {
  return { ...sent, options: [...(sent.options ?? []), '--cert', 'client.crt', '--key', 'client.key'] };
}

/** The command that sends a request with curl: its last line, which further options can be appended to. */
export function curlOf(sent: Sent): string {
  // With `-X HEAD` curl would wait for a body that never comes.
  const method = sent.method === 'HEAD' ? ['--head'] : ['-X', sent.method];
  const parts = ['curl', ...method, quoted(sent.url)];
  // Braces and brackets of an address would be patterns.
  if (/[[\]{}]/.test(sent.url)) parts.push('--globoff');
  for (const [name, value] of sent.headers) parts.push('-H', quoted(`${name}: ${value}`));
  parts.push(...(sent.options ?? []));
  // Not `--data-binary`, for which a body that begins with `@` would be the name of a file.
  if (sent.body !== undefined) parts.push('--data-raw', quoted(sent.body));
  else if (sent.file !== undefined) parts.push('--data-binary', quoted(`@${sent.file}`));
  return [...(sent.before ?? []), parts.join(' ')].join('\n');
}
