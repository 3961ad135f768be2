import { Button, Group, Switch, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { type Looked, useLooked } from './looked';

/**
 * Whether the page asks again by itself, and of when it is. A tab that is not looked at asks nothing; a time
 * in the past and a page further back stand still, so there the switch is off and cannot be turned.
 */
export function Live(props: { at: Looked; asOf: number; onRefresh: () => void }) {
  const { go, at } = useLooked();
  const words = texts.refusals.live;
  const moves = 'preset' in at.span && !at.before;
  return (
    <Group gap="sm" wrap="wrap">
      {props.asOf > 0 && (
        <Text size="xs" c="dimmed">
          {words.asOf} <Time at={props.asOf} />
        </Text>
      )}
      {!props.at.live && (
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconRefresh size={14} aria-hidden />}
          onClick={props.onRefresh}
        >
          {words.refresh}
        </Button>
      )}
      <Switch
        label={words.label}
        checked={props.at.live}
        disabled={!moves}
        onChange={(event) => go({ live: event.currentTarget.checked ? undefined : 'off' })}
      />
    </Group>
  );
}
