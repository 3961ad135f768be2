import { Button, Code, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { texts } from '../texts';
import { Dialog } from './Dialog';
import { Shown } from './Shown';

/**
 * Two people changed one document (412): shows both versions, and lets whoever came second decide. Members
 * that are alike are left out.
 */
export function Conflict(props: {
  opened: boolean;
  mine: object;
  theirs: object;
  /** What keeping one's own does, where it is not saving it over theirs. */
  explain?: string | undefined;
  keep?: string | undefined;
  /** What the two sides and taking theirs are called, where one's own is no change of the document. */
  yours?: string | undefined;
  take?: string | undefined;
  onMine: () => void;
  onTheirs: () => void;
  onClose: () => void;
}) {
  const words = texts.common.changedMeanwhile;
  const [mine, theirs] = different(props.mine, props.theirs);
  return (
    <Dialog opened={props.opened} onClose={props.onClose} title={words.title} size="xl">
      <Stack>
        <Text size="sm">{props.explain ?? words.explain}</Text>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <section aria-label={props.yours ?? words.yours}>
            <Title order={3}>{props.yours ?? words.yours}</Title>
            <Code block>
              <Shown text={JSON.stringify(mine, null, 2)} first={4000} />
            </Code>
          </section>
          <section aria-label={words.theirs}>
            <Title order={3}>{words.theirs}</Title>
            <Code block>
              <Shown text={JSON.stringify(theirs, null, 2)} first={4000} />
            </Code>
          </section>
        </SimpleGrid>
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {texts.common.cancel}
          </Button>
          <Button variant="default" onClick={props.onTheirs}>
            {props.take ?? words.takeTheirs}
          </Button>
          <Button onClick={props.onMine}>{props.keep ?? words.keepYours}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

/** The members in which two documents differ, of each. */
export function different(mine: object, theirs: object): [object, object] {
  const [left, right] = [new Map(Object.entries(mine)), new Map(Object.entries(theirs))];
  for (const [name, value] of [...left]) {
    if (right.has(name) && JSON.stringify(value) === JSON.stringify(right.get(name))) {
      left.delete(name);
      right.delete(name);
    }
  }
  return [Object.fromEntries(left), Object.fromEntries(right)];
}
