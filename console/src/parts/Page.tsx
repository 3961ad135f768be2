import { Box, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { texts } from '../texts';
import { Shown } from './Shown';

/**
 * A page: its one heading, which may be a name that somebody gave, what it is for, and what can be done.
 * Names the browser's tab, and takes the focus when it is come to, so that a screen reader says where one is.
 */
export function Page(props: { title: string; about?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${props.title} – ${texts.frame.name}`;
  }, [props.title]);
  useEffect(() => {
    // Not from somebody who is in a dialog already: a page may come late.
    if (!document.activeElement?.closest('[role="dialog"]')) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box style={{ flex: '1 1 16rem', minWidth: 0 }}>
          <Title order={1} ref={heading} tabIndex={-1}>
            <Shown text={props.title} />
          </Title>
          {props.about && (
            <Text c="dimmed" size="sm" component="div">
              {props.about}
            </Text>
          )}
        </Box>
        {props.actions && <Group gap="xs">{props.actions}</Group>}
      </Group>
      {props.children}
    </Stack>
  );
}

/** A part of a page under a heading of its own. */
export function Section(props: { title: string; actions?: ReactNode; children: ReactNode; id?: string }) {
  return (
    <Stack gap="xs" component="section" aria-label={props.title} id={props.id}>
      <Group justify="space-between" gap="xs">
        <Title order={2}>{props.title}</Title>
        {props.actions && <Group gap="xs">{props.actions}</Group>}
      </Group>
      {props.children}
    </Stack>
  );
}
