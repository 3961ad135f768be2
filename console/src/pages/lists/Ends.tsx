import { Group } from '@mantine/core';
import { useNow } from '../../parts/now';
import { Standing } from '../../parts/Standing';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { lasting } from './entries';

const words = texts.lists.list;

/** When a list or an entry ends; whether that is soon, or over, is said. */
export function Ends(props: { at: string | undefined }) {
  const standing = lasting(props.at, useNow());
  if (standing === 'always') return words.never;
  return (
    <Group gap={6} display="inline-flex">
      <Time at={props.at} />
      {standing === 'over' && <Standing tone="bad">{words.states.over}</Standing>}
      {standing === 'soon' && <Standing tone="warn">{words.states.soon}</Standing>}
    </Group>
  );
}
