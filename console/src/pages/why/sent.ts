import type { Schemas } from '../../api/client';
import { useGateway } from '../../api/gateway';
import type { Sent } from '../../parts/curl';
import { texts } from '../../texts';
import { detailOf, type Header } from './recorded';

type Explained = Schemas['ExplainedCall'];

const words = texts.why.gaps;

/** How records write a value that is secret. */
const REDACTED = '[redacted]';

/** Headers that whoever sends a request makes by themselves. */
const OWN = new Set(['host', 'content-length', 'connection', 'transfer-encoding', 'expect']);

/** A recorded request as one can send it again, and what has to be filled in. */
export interface Sendable {
  sent: Sent;
  gaps: string[];
}

/** The path of a recorded request, and whether it is only the template of its operation. */
function pathOf(explained: Explained): { path: string; template: boolean } {
  const kept = detailOf(explained).facts?.path;
  const sent = typeof kept === 'object' ? kept.Sent : undefined;
  if (sent) return { path: sent, template: false };
  const { path } = explained.found.asked;
  return { path, template: /\{[^}]*\}/.test(path) };
}

/** The headers as they came, as far as they are told. */
function headersOf(explained: Explained): Header[] | undefined {
  const captured = explained.found.wire?.capture?.request.headers;
  const { facts, headers } = detailOf(explained);
  const received = captured && captured.length > 0 ? captured : headers?.received;
  if (received) return received;
  return facts?.fields?.flatMap(({ name, value }): Header[] => (value === undefined ? [] : [[name, value]]));
}

const isOwn = ([name]: Header) => OWN.has(name.toLowerCase());

/** Headers that can be sent again. */
const sendable = (headers: Header[]) =>
  headers.filter((header) => !isOwn(header) && !header[1].includes(REDACTED));

/** Where it was sent to: as its record says or, for whoever is not told that, as the gateway is reached. */
function originOf(explained: Explained, gateway: string | undefined): string | undefined {
  const { facts } = detailOf(explained);
  const named = headersOf(explained)?.find(([name]) => name.toLowerCase() === 'host')?.[1];
  const authority = facts?.authority ?? named;
  if (authority) return `${facts?.tls ? 'https' : 'http'}://${authority}`;
  if (!gateway) return undefined;
  const url = new URL(gateway);
  if (explained.found.asked.host) url.hostname = explained.found.asked.host;
  return url.origin;
}

/**
 * A recorded request as one can send it again. `gateway`: an address of it, as far as it is known. Secrets are
 * in no record: `secret` is a key to send instead.
 */
export function asSent(explained: Explained, gateway: string | undefined, secret?: string): Sendable {
  const { found } = explained;
  const { facts } = detailOf(explained);
  const { path, template } = pathOf(explained);
  const origin = originOf(explained, gateway);
  const came = headersOf(explained);
  const headers = sendable(came ?? []);
  const secrets = (came ?? []).filter((header) => !isOwn(header) && header[1].includes(REDACTED));
  const key = secrets.find(([name]) => !/cookie/i.test(name))?.[0] ?? (secret ? 'X-API-Key' : undefined);
  if (key) headers.push([key, keyValue(key, secret ?? 'YOUR_KEY')]);
  const others = secrets.filter(([name]) => name !== key).map(([name]) => name);
  const sent: Sent = { method: found.asked.method, url: `${origin ?? 'http://GATEWAY'}${path}`, headers };
  const body = found.wire?.capture?.request.body;
  const kept = body?.text ?? undefined;
  const whole = kept !== undefined && !body?.cut && !kept.includes(REDACTED);
  const length = Number(came?.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? 0);
  const had = facts?.has_body || (body?.bytes ?? 0) > 0 || length > 0;
  if (whole) sent.body = kept;
  else if (had) sent.file = `body.${ending(headers)}`;
  const gaps = [
    had && !whole && (kept === undefined ? words.body : words.bodyCut),
    facts?.query && words.query,
    key && !secret && words.key,
    template && words.template,
    !came && words.headers,
    !origin && words.where,
    others.length > 0 && words.secrets(others),
  ];
  return { sent, gaps: gaps.filter((gap) => typeof gap === 'string') };
}

const keyValue = (header: string, key: string) =>
  header.toLowerCase() === 'authorization' ? `Bearer ${key}` : key;

function ending(headers: Header[]): string {
  const media = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return /json/.test(media) ? 'json' : /xml/.test(media) ? 'xml' : 'txt';
}

/** {@link asSent} of a request, with what is known of where the gateway is. */
export function useSent(explained: Explained): (secret?: string) => Sendable {
  const { url } = useGateway('production');
  return (secret) => asSent(explained, url, secret);
}

/** A recorded request as the address of the page "Can…?" has it. */
export function asQuestion(explained: Explained): Record<string, string | undefined> {
  const { asked } = explained.found;
  const headers = sendable(headersOf(explained) ?? []);
  return {
    app: asked.app ?? undefined,
    method: asked.method,
    path: pathOf(explained).path,
    host: asked.host ?? undefined,
    from: asked.address ?? undefined,
    headers: headers.map(([name, value]) => `${name}: ${value}`).join('\n') || undefined,
  };
}
