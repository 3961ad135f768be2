import { Center, Paper, Stack, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { texts } from '../texts';
import { Banner } from './Banner';

/** A page for whoever is not signed in (yet): one small sheet in the middle. */
export function Outside(props: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${props.title} – ${texts.frame.name}`;
  }, [props.title]);
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p={{ base: 'md', xs: 'xl' }} w="100%" maw={460}>
        <Stack>
          <Banner />
          <Title order={1}>{props.title}</Title>
          {props.children}
        </Stack>
      </Paper>
    </Center>
  );
}
