import { Paper, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Where there is nothing: what would stand here, and what to do to have some. */
export function Empty(props: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Paper withBorder p="lg">
      <Stack align="flex-start" gap="xs">
        <Text fw={600}>{props.title}</Text>
        {props.children && (
          <Text size="sm" c="dimmed" component="div">
            {props.children}
          </Text>
        )}
        {props.action}
      </Stack>
    </Paper>
  );
}
