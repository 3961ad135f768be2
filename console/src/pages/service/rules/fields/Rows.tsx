import { ActionIcon, Box, Button, Group, Paper, Stack } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { type ReactNode, useRef } from 'react';
import { texts } from '../../../../texts';

const words = texts.rules.fields.rows;

/** What tells rows apart. */
let count = 0;

/** Rows that can be added and taken out and, where their order says something, be moved. */
export function Rows<Row>(props: {
  rows: Row[];
  set: (rows: Row[]) => void;
  /** What a row is called: "Step 2". */
  named: (at: number) => string;
  add: string;
  /** What is added, for those who hear the button alone: begins with `add`. */
  addNamed?: string;
  fresh: () => Row;
  ordered?: boolean;
  children: (row: Row, set: (row: Row) => void, at: number) => ReactNode;
}) {
  const { rows, set, named } = props;
  // Rows have no names of their own, and keep their fields where others come and go.
  const keys = useRef<number[]>([]);
  while (keys.current.length < rows.length) keys.current.push(++count);
  keys.current.length = rows.length;
  const swap = (at: number, other: number) => {
    const order = rows.map((_, one) => (one === at ? other : one === other ? at : one));
    const old = keys.current;
    keys.current = order.map((from) => old[from] ?? ++count);
    set(order.flatMap((from) => rows.slice(from, from + 1)));
  };
  return (
    <Stack gap="xs">
      {rows.map((row, at) => (
        <Paper key={keys.current[at]} withBorder p="xs" role="group" aria-label={named(at)}>
          <Group gap="xs" align="flex-start" wrap="nowrap">
            <Box style={{ flex: 1, minWidth: 0 }}>
              {props.children(row, (now) => set(rows.map((one, other) => (other === at ? now : one))), at)}
            </Box>
            <Stack gap={2}>
              {props.ordered && (
                <>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={words.up(named(at))}
                    disabled={at === 0}
                    onClick={() => swap(at, at - 1)}
                  >
                    <IconArrowUp size={16} aria-hidden />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={words.down(named(at))}
                    disabled={at === rows.length - 1}
                    onClick={() => swap(at, at + 1)}
                  >
                    <IconArrowDown size={16} aria-hidden />
                  </ActionIcon>
                </>
              )}
              <ActionIcon
                variant="subtle"
                aria-label={words.remove(named(at))}
                onClick={() => {
                  keys.current = keys.current.filter((_, other) => other !== at);
                  set(rows.filter((_, other) => other !== at));
                }}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </Stack>
          </Group>
        </Paper>
      ))}
      <div>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          aria-label={props.addNamed}
          onClick={() => set([...rows, props.fresh()])}
        >
          {props.add}
        </Button>
      </div>
    </Stack>
  );
}
