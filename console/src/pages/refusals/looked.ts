import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Search } from '../../router';
import { isPreset, type Preset, type Span } from './span';

/** What requests can be narrowed to, in the order in which it is shown; the API's own names. */
export const FILTERS = [
  'phrase',
  'status',
  'code',
  'app',
  'credential',
  'tenant',
  'service',
  'version',
  'operation',
  'fault',
  'address',
  'method',
  'stage',
  'without',
] as const;

/** A filter's name, in the URL as in the API. */
export type FilterName = (typeof FILTERS)[number];

/** The filters that are set. */
export type Filters = Partial<Record<FilterName, string>>;

/** What refusals can be counted by. */
export const GROUPINGS = ['code', 'app', 'operation', 'service', 'fault', 'address', 'status'] as const;

/** What refusals are counted by. */
export type Grouping = (typeof GROUPINGS)[number];

/** Which requests are listed: by who refused them, or all. */
export const WHOSE = ['refused', 'origin_refused', 'allowed', 'all'] as const;

/** Which of them are listed. */
export type Whose = (typeof WHOSE)[number];

/** What is looked at, as the URL says it. */
export interface Looked {
  span: Span;
  /** The time that is gone back to when a narrower one is given up. */
  preset: Preset;
  filters: Filters;
  whose: Whose;
  by: Grouping;
  /** The page: requests older than this one. */
  before: string | undefined;
  /** Whether the page asks again by itself. */
  live: boolean;
}

/** Reads what is looked at from the URL. What makes no sense there is as if it were not. */
export function looked(search: Search): Looked {
  const preset = isPreset(search.since) ? search.since : '24h';
  const from = instant(search.from);
  // What has a beginning alone goes on until now.
  const until = search.to ? instant(search.to) : soon(Date.now());
  const span: Span = from !== undefined && until !== undefined && from < until ? { from, until } : { preset };
  const filters: Filters = {};
  for (const name of FILTERS) {
    const value = search[name]?.trim();
    if (value) filters[name] = value;
  }
  return {
    span,
    preset,
    filters,
    whose: one(WHOSE, search.outcome),
    by: one(GROUPINGS, search.by),
    before: search.before || undefined,
    // What lies in the past does not change, and a page further back must not move while it is read.
    live: search.live !== 'off' && 'preset' in span && !search.before,
  };
}

/** What is looked at, and how to look at something else. */
export function useLooked(): { at: Looked; go: (change: Search) => void } {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  return {
    at: looked(search),
    go: (change) => void navigate({ to: '/refusals', search: changed(change), resetScroll: false }),
  };
}

/**
 * For links: the URL's search with something changed. Other requests start at their first page; an
 * `undefined` takes a member out.
 */
export function changed(change: Search): (search: Search) => Search {
  return (search) => ({ ...search, before: undefined, ...change });
}

/**
 * The filters that a group's key stands for: an operation is three; where there is no key, that there is no
 * such thing (of an operation: no service). `without` is what else there is none of.
 */
export function filtersOf(by: Grouping, key: string | null, without?: string): Filters {
  const none = (name: string) => ({
    without: [...new Set([...(without?.split(',') ?? []), name])].join(','),
  });
  if (key === null) return none(by === 'operation' ? 'service' : by);
  if (by !== 'operation') return { [by]: key };
  const [service, version, ...rest] = key.split('/');
  const operation = rest.join('/');
  return {
    service,
    version: version === '-' ? undefined : version,
    ...(operation === '-' ? none('operation') : { operation }),
  };
}

/** What the URL says of a time that stands still. */
export function timeOf(from: number, until: number): Search {
  return { from: String(from), to: String(until) };
}

/** Takes every filter out. */
export const UNFILTERED: Search = Object.fromEntries(FILTERS.map((name) => [name, undefined]));

function one<T extends string>(all: readonly [T, ...T[]], value: string | undefined): T {
  return all.find((candidate) => candidate === value) ?? all[0];
}

/** How finely now is taken, in milliseconds: what is asked for changes no more often. */
const NOW = 60_000;

/** The end of the minute that it is: until then one asks for the same. */
function soon(now: number): number {
  return (Math.floor(now / NOW) + 1) * NOW;
}

/** Unix time in milliseconds. */
function instant(text: string | undefined): number | undefined {
  // Up to the last moment that a `Date` can hold (ECMA-262).
  return text && /^\d{1,16}$/.test(text) && Number(text) <= 8.64e15 ? Number(text) : undefined;
}
