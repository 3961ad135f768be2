import { queryOptions } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../../api/client';
import type { Tone } from '../../parts/Standing';

/** How a list from elsewhere stands. */
export type Sourced = Schemas['SourcedList'];

/** Where a list comes from, as it is answered: members that have their default are left out. */
export type Source = Partial<Schemas['ConfiguredListSource']>;

/** How often it is asked how lists stand: they are read again by themselves. */
const EVERY = 10_000;

/** How the lists stand that come from elsewhere, as far as one may see them. */
export const sourcedQuery = queryOptions({
  queryKey: ['list sources'],
  queryFn: async () => (await answer(api.GET('/api/v1/list-sources'))).lists,
  refetchInterval: EVERY,
});

/** In a word, how a list from elsewhere stands. */
export type SourceState = 'current' | 'kept' | 'stale' | 'never' | 'waiting';

/** What each state means for whoever looks. */
export const TONES: Record<SourceState, Tone> = {
  current: 'good',
  kept: 'warn',
  stale: 'bad',
  never: 'bad',
  waiting: 'over',
};

/** How a list from elsewhere stands. */
export function stateOf({ ranges, stale, error }: Sourced): SourceState {
  if (ranges === null || ranges === undefined) return error ? 'never' : 'waiting';
  if (stale) return 'stale';
  return error ? 'kept' : 'current';
}

/** Where entries come from: they are written here, or are read from elsewhere. */
export type Origin = 'entries' | 'url' | 'file';

/** Where a draft says that entries come from. */
export function originOf(source: Source | undefined): Origin {
  if (source === undefined) return 'entries';
  return source.file === undefined ? 'url' : 'file';
}

/** A source from elsewhere, where nothing is said of it yet. */
export function sourceAt(origin: Origin, before: Source | undefined): Source | undefined {
  if (origin === 'entries') return undefined;
  const { url: _url, file: _file, ...others } = before ?? {};
  return { ...others, [origin]: '' };
}

/** A source without what was left empty: that is what is sent. */
export function finishedSource(source: Source): Source {
  const said = Object.entries(source).map(([name, value]) => [name, value?.trim() || undefined]);
  const made = Object.fromEntries(said) as Source;
  if (made.file !== undefined) made.refresh = undefined;
  return made;
}

/** Whether a source says where entries come from. */
export function saysWhere(source: Source): boolean {
  return Boolean(source.url?.trim() || source.file?.trim());
}
