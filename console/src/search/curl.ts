/** A request, as far as a pasted command says. */
export interface Pasted {
  method: string;
  host: string | undefined;
  path: string;
  headers: Array<[string, string]>;
  /** Whether it carries a body. */
  body: boolean;
}

/** Options of curl that take a value and that say nothing about the request. */
const WITH_VALUE = /^-([AbBcCDeEhHKmoQrtTuUwxXyYzd]|-(?!data|header|request|url|json|form)[a-z-]+)$/;
/** Long options without a value that people use. */
const SWITCHES =
  /^--(silent|include|verbose|insecure|location|fail|fail-with-body|compressed|globoff|show-error|http[\d.]+|get|head|no-buffer|ipv[46]|path-as-is|tlsv[\d.]+|no-progress-meter|location-trusted|raw|negotiate|ntlm|digest|basic|anyauth)$/;

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

/** What a curl command would send; none if it is no curl command or names no address. */
export function parseCurl(text: string): Pasted | undefined {
  const words = shellWords(text);
  const start = words.findIndex((word) => /^(.*[/\\])?curl(\.exe)?$/.test(word));
  if (start < 0 || start > 1) return undefined;
  let method: string | undefined;
  let url: string | undefined;
  let body = false;
  let query = false;
  const headers: Array<[string, string]> = [];
  for (let at = start + 1; at < words.length; at += 1) {
    let word = words[at] ?? '';
    let value: string | undefined;
    const long = /^(--[a-z-]+)=([\s\S]*)$/.exec(word);
    const short = /^(-[A-Za-z])([\s\S]+)$/.exec(word);
    if (long) [, word = '', value] = long;
    else if (short && /^-[XHduFm]$/.test(short[1] ?? '')) [, word = '', value] = short;
    const take = () => {
      if (value !== undefined) return value;
      at += 1;
      return words[at] ?? '';
    };
    if (word === '-X' || word === '--request') method = take().toUpperCase();
    else if (word === '-H' || word === '--header') {
      const header = take();
      const colon = header.indexOf(':');
      if (colon > 0) headers.push([header.slice(0, colon).trim(), header.slice(colon + 1).trim()]);
    } else if (
      word === '-d' ||
      /^--(data(-raw|-binary|-urlencode|-ascii)?|json|form)$/.test(word) ||
      word === '-F'
    ) {
      take();
      body = true;
    } else if (word === '-G' || word === '--get') query = true;
    else if (word === '-I' || word === '--head') method ??= 'HEAD';
    else if (word === '--url') url = take();
    else if (SWITCHES.test(word)) continue;
    else if (WITH_VALUE.test(word)) take();
    else if (word.startsWith('-')) continue;
    else url ??= word;
  }
  const place = url === undefined ? undefined : placeOf(url);
  if (!place) return undefined;
  return { method: method ?? (body && !query ? 'POST' : 'GET'), ...place, headers, body: body && !query };
}

/** Host and path of an address, without its query: that may hold what is nobody's business. */
export function placeOf(url: string): { host: string | undefined; path: string } | undefined {
  const match = /^(?:https?:\/\/)?(?:[^@/\s]*@)?([^/?#\s]*)([^?#\s]*)/i.exec(url.trim());
  if (!match) return undefined;
  const host = (match[1] ?? '').replace(/:\d+$/, '').toLowerCase();
  return { host: host || undefined, path: match[2] || '/' };
}
