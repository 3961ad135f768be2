import { Button, Group, Switch, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { useLooked } from './looked';

/**
 * Whether the page asks again by itself, and of when it is. A tab that is not looked at asks nothing; a time
 * in the past and a page further back stand still, so there is no switch.
 */
export function Live(props: { asOf: number; onRefresh: () => void }) {
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
      {!at.live && (
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconRefresh size={14} aria-hidden />}
          onClick={props.onRefresh}
        >
          {words.refresh}
        </Button>
      )}
      {moves ? (
        <Switch
          label={words.label}
          checked={at.live}
          onChange={(event) => go({ live: event.currentTarget.checked ? undefined : 'off' })}
        />
      ) : (
        <Text size="xs" c="dimmed">
          {at.before ? words.older : words.past}
        </Text>
      )}
    </Group>
  );
}
