import { ActionIcon, Box, Button, Group, Input, Stack, TagsInput, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { texts } from '../../../../texts';
import { listOf } from '../document';
import { step, useWrong } from '../faults';

const words = texts.rules.fields.pairs;

/** Names that each have values. */
type Map = Record<string, string | string[]>;

interface Row {
  key: number;
  name: string;
  values: string[];
}

/** What tells rows apart. */
let count = 0;

const row = (name: string, values: string[]): Row => {
  count += 1;
  return { key: count, name, values };
};

/** The rows as a map. One without a name has the empty one, until it has its own. */
function mapOf(rows: Row[]): Map {
  const made: Map = {};
  for (const { name, values } of rows) {
    if (name === '' && values.length === 0) continue;
    const all = [...listOf(made[name]), ...values];
    const [only] = all;
    made[name] = all.length === 1 && only !== undefined ? only : all;
  }
  return made;
}

/** Asks for names, each with values of which one has to be there. */
export function Pairs(props: {
  at: string;
  label: string;
  help?: string;
  kind: 'header' | 'claim' | 'place';
  value: Map | undefined;
  set: (value: Map) => void;
}) {
  const wrong = useWrong();
  const { label, kind } = props;
  const [rows, setRows] = useState(() => {
    const there = Object.entries(props.value ?? {}).map(([name, values]) => row(name, listOf(values)));
    return there.length > 0 ? there : [row('', [])];
  });
  const keep = (rows: Row[]) => {
    setRows(rows);
    props.set(mapOf(rows));
  };
  const change = (key: number, members: Partial<Row>) =>
    keep(rows.map((one) => (one.key === key ? { ...one, ...members } : one)));
  const named = rows.map(({ name }) => `${props.at}/${step(name)}`);
  return (
    <Input.Wrapper
      label={label}
      description={props.help}
      labelElement="div"
      // What is said of a row stands at the row.
      error={named.some((at) => wrong(at)) ? undefined : wrong(props.at)}
    >
      <Stack gap="xs" mt={4}>
        {rows.map((one, at) => (
          <Group key={one.key} gap="xs" align="flex-start" wrap="nowrap">
            <Box style={{ flex: 1, display: 'flex', flexWrap: 'wrap', gap: 'inherit' }}>
              <TextInput
                aria-label={words.name(label, at + 1)}
                placeholder={words[kind]}
                value={one.name}
                error={wrong(named[at] ?? '')}
                onChange={(event) => change(one.key, { name: event.currentTarget.value.trim() })}
                style={{ flex: '1 1 9rem' }}
              />
              <TagsInput
                aria-label={words.values(label, at + 1)}
                placeholder={one.values.length === 0 ? words.anyOf : undefined}
                value={one.values}
                onChange={(values) => change(one.key, { values })}
                style={{ flex: '2 1 12rem' }}
              />
            </Box>
            {rows.length > 1 && (
              <ActionIcon
                variant="subtle"
                mt={4}
                aria-label={words.remove(label, at + 1)}
                onClick={() => keep(rows.filter(({ key }) => key !== one.key))}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            )}
          </Group>
        ))}
        <div>
          <Button size="compact-sm" variant="default" onClick={() => setRows([...rows, row('', [])])}>
            {words.add[kind]}
          </Button>
        </div>
      </Stack>
    </Input.Wrapper>
  );
}
