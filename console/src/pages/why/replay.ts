import type { Explained, Header } from '../../api/answers/explanation';
import type { Schemas } from '../../api/client';
import type { Sent } from '../../parts/curl';
import { texts } from '../../texts';

const gapWords = texts.why.gaps;

/** How records write a value that is secret. */
const REDACTED = '[redacted]';

/** Headers that whoever sends a request makes by themselves. */
const OWN = new Set(['host', 'content-length', 'connection', 'transfer-encoding', 'expect']);

/** The path of a recorded request, and whether it is only the template of its operation. */
function pathOf({ found, record }: Explained): { path: string; template: boolean } {
  const kept = record?.detail?.facts?.path;
  const sent = typeof kept === 'object' ? kept.Sent : undefined;
  if (sent) return { path: sent, template: false };
  return { path: found.asked.path, template: /\{[^}]*\}/.test(found.asked.path) };
}

/** The headers as they came, as far as they are told. */
function headersOf({ found, record }: Explained): Header[] | undefined {
  const captured = found.wire?.capture?.request.headers;
  const received = captured && captured.length > 0 ? captured : record?.detail?.headers?.received;
  if (received) return received;
  const fields = record?.detail?.facts?.fields;
  return fields?.flatMap((field): Header[] => (field.value === undefined ? [] : [[field.name, field.value]]));
}

const isOwn = ([name]: Header) => OWN.has(name.toLowerCase());

/** Headers that can be sent again. */
const sendable = (headers: Header[]) =>
  headers.filter((header) => !isOwn(header) && !header[1].includes(REDACTED));

const hostOf = (explained: Explained): string | undefined =>
  explained.record?.detail?.facts?.authority ??
  headersOf(explained)?.find(([name]) => name.toLowerCase() === 'host')?.[1] ??
  explained.found.asked.host;

/** A recorded request as one that nobody has sent, and what is not known of it. */
export interface Replay {
  made: Schemas['MadeUp'];
  unknown: string[];
  /** Who sends it is not known, since nobody looked: what depends on that cannot be told. */
  anonymous: boolean;
}

/** Makes a {@link Replay}. `key`: the id of a key to send instead. */
export function asMadeUp(explained: Explained, key?: string): Replay {
  const { found, record } = explained;
  const facts = record?.detail?.facts;
  const words = texts.why.undecided;
  const headers = headersOf(explained);
  const length = headers?.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  const body = found.wire?.capture?.request.body;
  const size = body?.bytes ?? Number.parseInt(length ?? '', 10);
  const asked = key ?? found.asked.credential;
  const verdict = facts?.credential;
  const anonymous = !asked && facts !== undefined && verdict === undefined;
  const unknown = [
    (facts?.has_body || size > 0) && body?.text === undefined && words.body,
    facts?.query && words.query,
    !headers && words.headers,
    !asked && verdict !== undefined && verdict !== 'Missing' && words.key,
    anonymous && words.anonymous,
  ];
  const made: Schemas['MadeUp'] = {
    method: found.asked.method,
    target: pathOf(explained).path,
    from: found.asked.address ?? '127.0.0.1',
    headers: sendable(headers ?? []),
    tls: facts?.tls !== undefined,
    audience: found.audience,
  };
  // A key says whose it is.
  if (asked) made.key = asked;
  else if (found.asked.app) made.app = found.asked.app;
  if (hostOf(explained)) made.host = hostOf(explained);
  if (size > 0) made.body = [size, body?.text ?? ''];
  return { made, anonymous, unknown: unknown.filter((word) => typeof word === 'string') };
}

/** A recorded request as one can send it again, and what has to be filled in. Secrets are never in it. */
export function asSent(explained: Explained, secret?: string): { sent: Sent; gaps: string[] } {
  const { found, record } = explained;
  const facts = record?.detail?.facts;
  const { path, template } = pathOf(explained);
  const host = hostOf(explained) ?? 'GATEWAY';
  const came = headersOf(explained);
  const headers = sendable(came ?? []);
  const secrets = (came ?? []).filter((header) => !isOwn(header) && header[1].includes(REDACTED));
  const key = secrets.find(([name]) => !/cookie/i.test(name))?.[0] ?? (secret ? 'X-API-Key' : undefined);
  if (key) headers.push([key, keyValue(key, secret ?? 'YOUR_KEY')]);
  const others = secrets.filter(([name]) => name !== key).map(([name]) => name);
  const sent: Sent = {
    method: found.asked.method,
    url: `${facts?.tls ? 'https' : 'http'}://${host}${path}`,
    headers,
  };
  const body = found.wire?.capture?.request.body;
  const whole = body?.text !== undefined && !body.cut && !body.text.includes(REDACTED);
  const length = Number(came?.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? 0);
  const had = facts?.has_body || (body?.bytes ?? 0) > 0 || length > 0;
  if (whole) sent.body = body?.text;
  else if (had) sent.file = `body.${ending(headers)}`;
  const gaps = [
    had && !whole && (body?.text === undefined ? gapWords.body : gapWords.bodyCut),
    facts?.query && gapWords.query,
    key && !secret && gapWords.key,
    template && gapWords.template,
    !came && gapWords.headers,
    !record && !came && gapWords.where,
    others.length > 0 && gapWords.secrets(others),
  ];
  return { sent, gaps: gaps.filter((gap) => typeof gap === 'string') };
}

const keyValue = (header: string, key: string) =>
  header.toLowerCase() === 'authorization' ? `Bearer ${key}` : key;

function ending(headers: Header[]): string {
  const media = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return /json/.test(media) ? 'json' : /xml/.test(media) ? 'xml' : 'txt';
}

/** A recorded request as the address of the page "Can…?" has it. */
export function asQuestion(explained: Explained): Record<string, string | undefined> {
  const { asked } = explained.found;
  const headers = sendable(headersOf(explained) ?? []);
  return {
    app: asked.app,
    method: asked.method,
    path: pathOf(explained).path,
    host: asked.host,
    from: asked.address,
    headers: headers.map(([name, value]) => `${name}: ${value}`).join('\n') || undefined,
  };
}
