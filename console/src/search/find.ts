import { answer, api, type Schemas } from '../api/client';
import { denialCodes } from '../api/denialCodes';
import { pageOf } from '../api/pages';
import { queries } from '../api/queries';
import { texts } from '../texts';
import { hasSecret } from './mask';
import { isHarmlessHeader } from './names';
import { isOf, prefixes } from './templates';
import type { Understood } from './understand';

/** Something that search leads to. */
export interface Hit {
  /** What it is: "App", "Request". */
  kind: string;
  title: string;
  /** What helps to tell it from others. */
  beside?: string | undefined;
  to: string;
  search?: Record<string, string>;
}

/** How many of a kind are shown. */
const FEW = 6;
const words = texts.search;

/** What is known without asking anybody. */
export function atOnce(found: Understood): Hit[] {
  const hits: Hit[] = [];
  for (const id of found.requests) {
    hits.push({ kind: words.kinds.request, title: id, beside: words.why, to: `/requests/${id}` });
  }
  if (found.address) {
    const address = found.address;
    hits.push({
      kind: words.kinds.address,
      title: address,
      beside: words.refusalsOf,
      to: '/refusals',
      search: { address, since: '7d' },
    });
    hits.push({
      kind: words.kinds.address,
      title: address,
      beside: words.addToList,
      to: '/lists',
      search: { address },
    });
  }
  if (found.pasted) {
    const { method, path } = found.pasted;
    // Records keep the template of a path: its values are in none of them.
    const search: Record<string, string> = { phrase: prefixes(path)[0] ?? path, since: '7d' };
    if (method) search.method = method;
    hits.push({
      kind: words.kinds.refusals,
      title: `${method} ${path}`.trim(),
      beside: words.refusalsOf,
      to: '/refusals',
      search,
    });
    hits.push({
      kind: words.kinds.can,
      title: `${method || 'GET'} ${path}`,
      beside: words.decide,
      to: '/can',
      search: canOf(found),
    });
  }
  for (const { kind, id } of found.things) {
    const [name, room] = words.things[kind];
    hits.push({ kind: name, title: id, to: `${room}/${id}` });
  }
  hits.push(...found.codes.map(refusalsWith));
  if (found.status) {
    hits.push({
      kind: words.kinds.refusals,
      title: found.status,
      beside: words.refusalsWith,
      to: '/refusals',
      search: { status: found.status, since: '7d' },
    });
  }
  for (const room of found.rooms) {
    hits.push({ kind: words.kinds.page, title: words.rooms[room] ?? room, to: room });
  }
  return hits;
}

function refusalsWith(code: string): Hit {
  return {
    kind: words.kinds.refusals,
    title: code,
    beside: words.refusalsWith,
    to: '/refusals',
    search: { code, since: '7d' },
  };
}

/** Tells results apart. */
export function keyOf(hit: Hit): string {
  return `${hit.to}${JSON.stringify(hit.search ?? {})}`;
}

/** Each result once: a key may be found by its id and by its name. */
export function distinct(hits: Hit[]): Hit[] {
  const first = new Map<string, Hit>();
  for (const hit of hits) if (!first.has(keyOf(hit))) first.set(keyOf(hit), hit);
  return [...first.values()];
}

/** What `/can` is told of a pasted request. */
function canOf(found: Understood): Record<string, string> {
  const { pasted } = found;
  if (!pasted) return {};
  const search: Record<string, string> = { method: pasted.method || 'GET', path: pasted.path };
  if (pasted.host) search.host = pasted.host;
  // Nobody knows all names of secrets: in the address of a page stand only headers that are known for none.
  const said = pasted.headers.filter(([name, value]) => isHarmlessHeader(name) && !hasSecret(value));
  if (said.length > 0) search.headers = said.map(([name, value]) => `${name}: ${value}`).join('\n');
  return search;
}

/** What may be asked for: by permission. */
type May = (permission: string) => boolean;

/** What Postern knows of it. One kind that fails or may not be read leaves the others be. */
export async function asked(found: Understood, may: May, signal: AbortSignal): Promise<Hit[]> {
  const all: Array<Promise<Hit[]>> = [];
  // Of a pasted command, why it was refused is asked before what its key may do.
  if (found.pasted && may('calls.read')) all.push(lastRequests(found, signal));
  if (may('credentials.read')) all.push(...found.credentials.map((id) => credential(id, signal)));
  if (found.likeCodes.length > 0) all.push(codes(found.likeCodes));
  if (found.name) {
    const q = found.name;
    if (may('apps.read')) all.push(apps(q, signal));
    if (may('services.read')) all.push(services(q, signal), operations(q, signal));
    if (may('lists.read')) all.push(lists(q, signal));
    if (may('credentials.read')) all.push(credentials(q, signal));
    if (may('issuers.read')) all.push(issuers(q, signal));
  }
  const settled = await Promise.allSettled(all);
  return settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
}

async function credential(id: string, signal: AbortSignal): Promise<Hit[]> {
  const key = await answer(api.GET('/api/v1/credentials/{id}', { params: { path: { id } }, signal }));
  return [keyHit(key)];
}

async function credentials(q: string, signal: AbortSignal): Promise<Hit[]> {
  const { items } = await pageOf((cursor) => {
    const query = { q, limit: FEW, cursor };
    return answer(api.GET('/api/v1/credentials', { params: { query }, signal }));
  });
  return items.map(keyHit);
}

function keyHit({ id = '', title, app, environment }: Schemas['CredentialDocument']): Hit {
  return {
    kind: words.kinds.key,
    title: id,
    beside: [title, app, environment].filter(Boolean).join(', '),
    to: `/credentials/${id}`,
  };
}

async function codes(said: string[]): Promise<Hit[]> {
  const { items } = await queries.fetchQuery(denialCodes);
  return items.filter(({ code }) => said.includes(code)).map(({ code }) => refusalsWith(code));
}

/** The last requests like one that was pasted: mostly one of them is meant. */
async function lastRequests(found: Understood, signal: AbortSignal): Promise<Hit[]> {
  const { method, path } = found.pasted ?? { method: '', path: '' };
  for (const phrase of prefixes(path)) {
    const query = { phrase, method: method || undefined, limit: 50 };
    const calls = await answer(api.GET('/api/v1/calls', { params: { query }, signal }));
    const rows = calls.items.filter((row) => isOf(path, row.path ?? ''));
    if (rows.length === 0) continue;
    return rows.slice(0, FEW).map((row) => ({
      kind: words.kinds.request,
      title: `${row.method ?? ''} ${row.path}`.trim(),
      beside: words.answered(row.status, row.code, new Date(row.at_ms)),
      to: `/requests/${row.id}`,
    }));
  }
  return [];
}

async function apps(q: string, signal: AbortSignal): Promise<Hit[]> {
  const { items } = await pageOf((cursor) => {
    const query = { q, limit: FEW, cursor };
    return answer(api.GET('/api/v1/apps', { params: { query }, signal }));
  });
  return named(words.kinds.app, '/apps', items);
}

async function services(q: string, signal: AbortSignal): Promise<Hit[]> {
  const { items } = await pageOf((cursor) => {
    const query = { q, limit: FEW, cursor };
    return answer(api.GET('/api/v1/services', { params: { query }, signal }));
  });
  return named(words.kinds.service, '/services', items);
}

async function lists(q: string, signal: AbortSignal): Promise<Hit[]> {
  const { items } = await pageOf((cursor) => {
    const query = { q, limit: FEW, cursor };
    return answer(api.GET('/api/v1/lists', { params: { query }, signal }));
  });
  return named(words.kinds.list, '/lists', items);
}

async function issuers(q: string, signal: AbortSignal): Promise<Hit[]> {
  const query = { q, limit: FEW };
  const { items } = await answer(api.GET('/api/v1/issuers', { params: { query }, signal }));
  return named(words.kinds.issuer, '/issuers', items);
}

function named(kind: string, room: string, items: Array<{ id?: string; title?: string | null }>): Hit[] {
  return items.map(({ id = '', title }) => ({
    kind,
    title: id,
    beside: title ?? undefined,
    to: `${room}/${id}`,
  }));
}

async function operations(q: string, signal: AbortSignal): Promise<Hit[]> {
  const query = { q, limit: FEW };
  const { items } = await answer(api.GET('/api/v1/operations', { params: { query }, signal }));
  return items.map(({ service, version, operation, methods, path }) => ({
    kind: words.kinds.operation,
    title: operation,
    beside: `${methods.join(', ')} ${path} · ${service} ${version}`.trim(),
    to: `/services/${service}`,
    search: { version, tab: 'operations', operation },
  }));
}
