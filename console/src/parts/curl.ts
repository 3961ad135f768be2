/** A request that a person can send: what makes a curl command. */
export interface Sent {
  method: string;
  url: string;
  headers: Array<[string, string]>;
  body?: string | undefined;
}

/** A text between single quotes for a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The command that sends a request with curl. */
export function curlOf(sent: Sent): string {
  const parts = ['curl', '-X', sent.method, quoted(sent.url)];
  for (const [name, value] of sent.headers) parts.push('-H', quoted(`${name}: ${value}`));
  if (sent.body !== undefined) parts.push('--data-binary', quoted(sent.body));
  return parts.join(' ');
}
