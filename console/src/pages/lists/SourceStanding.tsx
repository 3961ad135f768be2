import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Facts } from '../../parts/Facts';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { Standing } from '../../parts/Standing';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { type Sourced, sourcedQuery, stateOf, TONES } from './source';

const words = texts.sources;

/** How a list from elsewhere stands, in a cell of a table: how many ranges it has, and whether it is current. */
export function SourceBrief({ list }: { list: string }) {
  const found = useQuery(sourcedQuery).data?.find((one) => one.list === list);
  if (!found) return null;
  const state = stateOf(found);
  return (
    <Standing tone={TONES[state]}>
      {state === 'current' ? words.count(found.ranges ?? 0) : words.states[state]}
    </Standing>
  );
}

/** How a list from elsewhere stands. */
export function SourceStanding({ list }: { list: string }) {
  const query = useQuery(sourcedQuery);
  return (
    <Section title={words.title}>
      <Loaded query={query}>
        {(all) => {
          const found = all.find((one) => one.list === list);
          return found ? <Stands of={found} /> : words.states.waiting;
        }}
      </Loaded>
    </Section>
  );
}

function Stands({ of }: { of: Sourced }) {
  const { ranges, since, confirmed, next } = of;
  const state = stateOf(of);
  const at = (seconds: number | null | undefined) => seconds != null && <Time at={seconds * 1000} />;
  return (
    <>
      <Facts
        facts={{
          [words.state]: <Standing tone={TONES[state]}>{words.states[state]}</Standing>,
          [words.why]: of.error && <Shown text={of.error} first={300} />,
          [words.ranges]: ranges != null && words.count(ranges),
          [words.source]: <Shown text={of.source} mono first={200} />,
          [words.since]: at(since),
          [words.confirmed]: at(confirmed),
          [words.next]: at(next),
        }}
      />
      <Text size="sm" c="dimmed">
        {words.node}
      </Text>
    </>
  );
}
