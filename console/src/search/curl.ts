import { optionsIn } from './curlOptions';

/** A request, as far as a pasted command says. */
export interface Pasted {
  method: string;
  host: string | undefined;
  path: string;
  headers: Array<[string, string]>;
  /** Whether it carries a body. */
  body: boolean;
}

/** The words of a command line, by the quoting of POSIX shells (and the line ends of Windows). */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  const token = /\s*((?:\\[\s\S]|'[^']*'?|\$'(?:\\.|[^'])*'?|"(?:\\[\s\S]|[^"])*"?|[^\s'"\\])+)/gy;
  for (const match of text.replaceAll(/[\\^]\r?\n/g, ' ').matchAll(token)) {
    const word = (match[1] ?? '').replaceAll(
      /\\([\s\S])|'([^']*)'?|"((?:\\[\s\S]|[^"])*)"?/g,
      (_, escaped?: string, single?: string, double?: string) =>
        escaped ?? single ?? (double ?? '').replaceAll(/\\(["\\$`])/g, '$1'),
    );
    words.push(word);
  }
  return words;
}

/** Options whose value is a body, or a part of one. */
const BODY =
  /^(?:d|F|T|data|data-ascii|data-binary|data-raw|data-urlencode|form|form-string|json|upload-file)$/;

/** What certainly is an address: with a scheme, or with a path after a host, or a host with dots or a port. */
const ADDRESS =
  /^(?:https?:\/\/\S+|(?:localhost|[\w-]+(?:\.[\w-]+)+|\[[\da-f:.]+\])(?::\d+)?(?:[/?#]\S*)?|[\w-]+:\d+(?:[/?#]\S*)?)$/i;
const SCHEME = /^https?:\/\//i;

/** What a curl command would send; none if it is no curl command or names no address. */
export function parseCurl(text: string): Pasted | undefined {
  const words = shellWords(text);
  const start = words.findIndex((word) => /^(.*[/\\])?curl(\.exe)?$/.test(word));
  if (start < 0 || start > 1) return undefined;
  let method: string | undefined;
  let head = false;
  let put = false;
  let body = false;
  let query = false;
  let named: string | undefined;
  const free: string[] = [];
  const headers: Array<[string, string]> = [];
  for (let at = start + 1; at < words.length; at += 1) {
    const word = words[at] ?? '';
    // What comes after is another command of the shell, or another request of curl.
    if (/^(?:[|;&]+|\d?>.*|-:|--next)$/.test(word)) break;
    if (!/^-./.test(word)) {
      free.push(word);
      continue;
    }
    for (const option of optionsIn(word)) {
      let { value } = option;
      const next = words[at + 1];
      // Of an option that nobody knows, the next word is the value unless that is another option or an address.
      const takes = option.valued ?? (next !== undefined && !/^-./.test(next) && !ADDRESS.test(next));
      if (takes && value === undefined) {
        value = next ?? '';
        at += 1;
      }
      value ??= '';
      const { name } = option;
      if (name === 'X' || name === 'request') method = value.toUpperCase();
      else if (name === 'H' || name === 'header') {
        const colon = value.indexOf(':');
        if (colon > 0) headers.push([value.slice(0, colon).trim(), value.slice(colon + 1).trim()]);
      } else if (BODY.test(name)) {
        body = true;
        put ||= name === 'T' || name === 'upload-file';
      } else if (name === 'G' || name === 'get') query = true;
      else if (name === 'I' || name === 'head') head = true;
      else if (name === 'url') named ??= value;
    }
  }
  const url =
    named ?? free.find((one) => SCHEME.test(one)) ?? free.find((one) => ADDRESS.test(one)) ?? free[0];
  const place = url === undefined ? undefined : placeOf(url);
  if (!place) return undefined;
  const sends = body && !query;
  const usual = head ? 'HEAD' : put ? 'PUT' : sends ? 'POST' : 'GET';
  return { method: method ?? usual, ...place, headers, body: sends };
}

/** Host and path of an address, without its query: that may hold what is nobody's business. */
export function placeOf(url: string): { host: string | undefined; path: string } | undefined {
  const match = /^(?:https?:\/\/)?(?:[^@/\s]*@)?([^/?#\s]*)([^?#\s]*)/i.exec(url.trim());
  if (!match) return undefined;
  const host = (match[1] ?? '').replace(/:\d+$/, '').toLowerCase();
  return { host: host || undefined, path: match[2] || '/' };
}
