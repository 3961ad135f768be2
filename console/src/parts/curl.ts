/** A request that a person can send: what makes a curl command. */
export interface Sent {
  method: string;
  url: string;
  headers: Array<[string, string]>;
  body?: string | undefined;
  /** The name of a file that has the body, where it is not known. */
  file?: string | undefined;
}

/** A text between single quotes for a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The command that sends a request with curl. */
export function curlOf(sent: Sent): string {
  const parts = ['curl', '-X', sent.method, quoted(sent.url)];
  // Braces and brackets of an address would be patterns.
  if (/[[\]{}]/.test(sent.url)) parts.push('--globoff');
  for (const [name, value] of sent.headers) parts.push('-H', quoted(`${name}: ${value}`));
  // Not `--data-binary`, for which a body that begins with `@` would be the name of a file.
  if (sent.body !== undefined) parts.push('--data-raw', quoted(sent.body));
  else if (sent.file !== undefined) parts.push('--data-binary', quoted(`@${sent.file}`));
  return parts.join(' ');
}
