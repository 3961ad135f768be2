import { ActionIcon, Box, Button, Group, Menu, Paper, Stack, Text } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { texts } from '../../../../texts';
import type { Conditions } from '../document';
import { useWrong } from '../faults';
import { beginning, CONDITIONS, Condition, type ConditionName } from './Condition';

const words = texts.rules.fields.condition;

const ALL: ConditionName[] = Object.values(CONDITIONS).flat();

/** Conditions that all have to hold: those that are said, and a way to say another. */
export function ConditionSet(props: {
  at: string;
  value: Conditions;
  set: (value: Conditions) => void;
  /** What they are together, for those who do not see it. */
  label: string;
}) {
  const { at, value, set } = props;
  const wrong = useWrong();
  const [fresh, setFresh] = useState<ConditionName>();
  const said = ALL.filter((name) => value[name] !== undefined);
  const add = (name: ConditionName) => {
    setFresh(name);
    set({ ...value, ...beginning(name) });
  };
  const remove = (name: ConditionName) => {
    const { [name]: _, ...others } = value;
    set(others);
  };
  return (
    <Stack gap="xs" mt={4} role="group" aria-label={props.label}>
      {said.map((name) => (
        <Block key={name} name={name} fresh={name === fresh} onRemove={() => remove(name)}>
          <Condition at={at} name={name} value={value} set={(members) => set({ ...value, ...members })} />
        </Block>
      ))}
      {said.length === 0 && (
        <Text size="sm" c={wrong(at) ? 'var(--mantine-color-error)' : 'dimmed'}>
          {wrong(at) ?? words.none}
        </Text>
      )}
      <div>
        <Menu position="bottom-start" shadow="md" returnFocus={false}>
          <Menu.Target>
            <Button size="xs" variant="default" leftSection={<IconPlus size={14} aria-hidden />}>
              {words.add}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {Object.entries(CONDITIONS).map(([group, names]) => (
              <Choices
                key={group}
                group={group as keyof typeof CONDITIONS}
                names={names.filter((name) => value[name] === undefined)}
                onChoose={add}
              />
            ))}
          </Menu.Dropdown>
        </Menu>
      </div>
    </Stack>
  );
}

function Choices(props: {
  group: keyof typeof CONDITIONS;
  names: ConditionName[];
  onChoose: (name: ConditionName) => void;
}) {
  if (props.names.length === 0) return null;
  return (
    <>
      <Menu.Label>{words.groups[props.group]}</Menu.Label>
      {props.names.map((name) => (
        <Menu.Item key={name} onClick={() => props.onChoose(name)}>
          {words.names[name]}
        </Menu.Item>
      ))}
    </>
  );
}

/** One condition, and the way to take it out. The focus goes to one that was just added. */
function Block(props: { name: ConditionName; fresh: boolean; onRemove: () => void; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const { fresh } = props;
  useEffect(() => {
    if (!fresh) return;
    const later = setTimeout(() => box.current?.querySelector<HTMLElement>('input, textarea')?.focus());
    return () => clearTimeout(later);
  }, [fresh]);
  return (
    <Paper withBorder p="xs">
      <Group gap="xs" align="flex-start" wrap="nowrap">
        <Box ref={box} style={{ flex: 1, minWidth: 0 }}>
          {props.children}
        </Box>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={words.remove(words.names[props.name])}
          onClick={props.onRemove}
        >
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </Group>
    </Paper>
  );
}
