import type { Schemas } from '../../api/client';
import type { Search } from '../../router';
import { hasSecret, masked } from '../../search/mask';
import { isSecretName } from '../../search/names';

/** What one asks about, as the page's address has it but for secrets. The body is not part of it. */
export interface Question {
  app: string;
  key: string;
  method: string;
  path: string;
  host: string;
  from: string;
  /** RFC 3339; empty for now. */
  at: string;
  /** One per line. */
  headers: string;
  tls: boolean;
  /** Another app, beside it. */
  against: string;
}

/** Reads a question from the page's address. */
export function asked(search: Search): Question {
  const text = (name: string) => search[name] ?? '';
  return {
    app: text('app'),
    key: text('key'),
    method: text('method') || 'GET',
    path: text('path'),
    host: text('host'),
    from: text('from') || '127.0.0.1',
    at: text('at'),
    headers: text('headers'),
    tls: text('tls') === 'true',
    against: text('against'),
  };
}

/** The page's address for a question: without what is secret in it, which stays on the page as the body does. */
export function addressed(question: Question): Search {
  const { tls, ...texts } = question;
  return {
    ...texts,
    host: masked(question.host),
    key: hasSecret(question.key) ? '' : question.key,
    path: publicPath(question.path),
    headers: question.headers.split('\n').filter(isPublic).join('\n'),
    tls: tls ? 'true' : undefined,
  };
}

/** Whether a line of headers tells no secret: neither by its name nor by what it looks like. */
function isPublic(line: string): boolean {
  return !isSecretName(line.split(':', 1)[0]?.trim() ?? '') && !hasSecret(line);
}

/** A path without the parameters that are secret. */
function publicPath(target: string): string {
  const [path = '', ...query] = target.split('?');
  const kept = query
    .join('?')
    .split('&')
    .filter((parameter) => parameter !== '' && !hasSecret(`?${parameter}`));
  return masked(path) + (kept.length > 0 ? `?${kept.join('&')}` : '');
}

/** The id of a key, of which somebody may have pasted the whole. */
export function keyId(typed: string): string {
  return typed.trim().replace(/^pst_([a-z0-9]{16})_.*$/, 'key_$1');
}

/** The lines that are headers; the number of the first that is none. */
export function headerLines(text: string): { headers: Array<[string, string]>; wrong?: number } {
  const headers: Array<[string, string]> = [];
  for (const [at, line] of text.split('\n').entries()) {
    if (!line.trim()) continue;
    const found = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*)$/.exec(line.trim());
    if (!found) return { headers, wrong: at + 1 };
    headers.push([found[1] ?? '', found[2] ?? '']);
  }
  return { headers };
}

/** Bytes of a body that a question carries: a rule looks at no more, and a request to the API has a limit. */
const BODY = 64 * 1024;

/** A question as the API takes it, for its app or for another one. */
export function madeUp(question: Question, body: string, app = question.app): Schemas['MadeUp'] {
  const own = app === question.app;
  const size = new TextEncoder().encode(body).length;
  const at = question.at ? Date.parse(question.at) : Number.NaN;
  return {
    method: question.method,
    target: question.path,
    from: question.from,
    headers: headerLines(question.headers).headers,
    tls: question.tls,
    ...(app ? { app } : {}),
    ...(own && question.key ? { key: question.key } : {}),
    ...(question.host ? { host: question.host } : {}),
    ...(Number.isNaN(at) ? {} : { at_ms: at }),
    ...(size > 0 ? { body: [size, body.slice(0, BODY)] } : {}),
  };
}
