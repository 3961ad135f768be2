import { SimpleGrid, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { useId } from 'react';
import { Dialog } from '../../../parts/Dialog';
import { texts } from '../../../texts';
import classes from './ChooseKind.module.css';
import { GROUPS, type Kind, type RuleGroup } from './kinds';

const words = texts.rules;

/** Asks what a new rule is about. */
export function ChooseKind(props: { onChoose: (kind: Kind) => void; onClose: () => void }) {
  return (
    <Dialog opened onClose={props.onClose} title={words.chooseTitle} size="xl">
      <Stack gap="md">
        {(Object.keys(GROUPS) as RuleGroup[]).map((group) => (
          <Stack key={group} gap="xs" component="section" aria-label={words.groups[group]}>
            <Title order={3}>{words.groups[group]}</Title>
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs" verticalSpacing="xs">
              {GROUPS[group].map((kind) => (
                <Choice key={kind} kind={kind} onChoose={props.onChoose} />
              ))}
            </SimpleGrid>
          </Stack>
        ))}
      </Stack>
    </Dialog>
  );
}

function Choice({ kind, onChoose }: { kind: Kind; onChoose: (kind: Kind) => void }) {
  const id = useId();
  return (
    <div className={classes.choice}>
      <UnstyledButton className={classes.opener} aria-describedby={id} onClick={() => onChoose(kind)}>
        {words.kinds[kind]}
      </UnstyledButton>
      <Text id={id} size="xs" c="dimmed">
        {words.explain[kind]}
      </Text>
    </div>
  );
}
