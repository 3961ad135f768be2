import { Group } from '@mantine/core';
import { Empty } from '../../parts/Empty';
import { ButtonLink } from '../../parts/links';
import type { Search } from '../../router';
import { texts } from '../../texts';
import { changed, type Looked, UNFILTERED, type Whose } from './looked';

const words = texts.refusals.empty;

/** How many requests there are of each kind, as far as they could be counted. */
export type Counts = Partial<Record<Whose, number>>;

/** Where no request fits: why that may be good, and where there are some. */
export function Nothing({ at, counts }: { at: Looked; counts: Counts | undefined }) {
  if (at.before) {
    return (
      <Empty title={words.end} action={<Way label={words.first} change={{}} />}>
        {words.endAbout}
      </Empty>
    );
  }
  const filtered = Object.keys(at.filters).length > 0;
  const [title, about] = filtered
    ? [words.filtered, words.filteredAbout]
    : {
        refused: [words.good, words.goodAbout],
        origin_refused: [words.upstream, words.upstreamAbout],
        allowed: [words.quiet, words.quietAbout],
        all: [words.quiet, words.quietAbout],
      }[at.whose];
  const others = (['refused', 'origin_refused'] as const).filter(
    (whose) => whose !== at.whose && counts?.[whose],
  );
  const longest = 'preset' in at.span && at.span.preset === '7d';
  return (
    <Empty
      title={title ?? ''}
      action={
        <Group gap="xs">
          {others.map((whose) => (
            <Way key={whose} label={words.other[whose](counts?.[whose] ?? 0)} change={{ outcome: whose }} />
          ))}
          {filtered && <Way label={texts.refusals.filters.clear} change={UNFILTERED} />}
          {!longest && <Way label={words.longer} change={{ since: '7d', from: undefined, to: undefined }} />}
        </Group>
      }
    >
      {about}
    </Empty>
  );
}

function Way(props: { label: string; change: Search }) {
  return (
    <ButtonLink to="/refusals" search={changed(props.change)} resetScroll={false} variant="default" size="xs">
      {props.label}
    </ButtonLink>
  );
}
