import { Button, Divider, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answer, api } from '../api/client';
import { Failure } from '../parts/Failure';
import { texts } from '../texts';

/**
 * Signs in with a password or an identity provider. `elsewhere`: providers open in a window of their own, so
 * that the page below stays as it is.
 */
export function SignInForm(props: { onSignedIn: () => Promise<unknown>; elsewhere?: boolean }) {
  const ways = useQuery({ queryKey: ['ways'], queryFn: () => answer(api.GET('/api/v1/sign-in/providers')) });
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<unknown>();
  const [running, setRunning] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setRunning(true);
    setError(undefined);
    try {
      await answer(api.POST('/api/v1/sign-in', { body: { email, password } }));
      await props.onSignedIn();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setRunning(false);
    }
  };
  const outside = ways.data?.items.filter((way) => way.begin) ?? [];
  return (
    <Stack>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={texts.signIn.email}
            type="email"
            autoComplete="username"
            required
            data-autofocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label={texts.signIn.password}
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Failure error={error} />
          <Button type="submit" loading={running}>
            {texts.signIn.action}
          </Button>
        </Stack>
      </form>
      {outside.length > 0 && <Divider label={texts.signIn.or} />}
      {outside.map((way) => (
        <Button key={way.begin} variant="default" component="a" href={way.begin ?? undefined}>
          {texts.signIn.with(way.title)}
        </Button>
      ))}
    </Stack>
  );
}
