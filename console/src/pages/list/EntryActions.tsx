import { Button, Group } from '@mantine/core';
import { texts } from '../../texts';
import type { Entry } from '../lists/entries';

const words = texts.lists.list;

/** What can be done with an entry of a list. */
export function EntryActions(props: {
  entry: Entry;
  /** Whether it is being removed. */
  running: boolean;
  onEdit: () => void;
  onRemove: () => void;
}) {
  const { text } = props.entry;
  return (
    <Group gap={4} wrap="nowrap" display="inline-flex">
      <Button size="compact-sm" variant="default" aria-label={words.editOf(text)} onClick={props.onEdit}>
        {words.edit}
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        loading={props.running}
        aria-label={words.removeOf(text)}
        onClick={props.onRemove}
      >
        {words.remove}
      </Button>
    </Group>
  );
}
