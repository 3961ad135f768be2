import { Center, Paper, Stack, Title } from '@mantine/core';
import { useEffect } from 'react';
import { me } from '../api/me';
import { queries } from '../api/queries';
import { texts } from '../texts';
import { Banner } from './Banner';
import { SignInForm } from './SignInForm';

/** For whoever is not signed in. The page that was asked for comes right after. */
export function SignInPage() {
  useEffect(() => {
    document.title = `${texts.signIn.title} – ${texts.frame.name}`;
  }, []);
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w="100%" maw={420}>
        <Stack>
          <Banner />
          <Title order={1}>{texts.signIn.title}</Title>
          <SignInForm onSignedIn={() => queries.invalidateQueries({ queryKey: me.queryKey })} />
        </Stack>
      </Paper>
    </Center>
  );
}
