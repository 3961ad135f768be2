import { Anchor, Button, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { answer, api } from '../api/client';
import { Failure } from '../parts/Failure';
import { acceptable, NewPassword } from '../parts/NewPassword';
import { texts } from '../texts';
import { useWait } from './wait';

/** Asks for an account, where people may do so themselves. */
export function SignUpForm(props: { email: string; onAsked: (email: string) => void; onBack: () => void }) {
  const [email, setEmail] = useState(props.email);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [reason, setReason] = useState('');
  const [error, setError] = useState<unknown>();
  const [running, setRunning] = useState(false);
  const wait = useWait(error);
  const words = texts.signIn;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (running) return;
    setRunning(true);
    setError(undefined);
    try {
      const body = { email, password, name: name.trim() || null, reason: reason.trim() || null };
      await answer(api.POST('/api/v1/sign-up', { body }));
      props.onAsked(email);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setRunning(false);
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Title order={2}>{words.signUp.title}</Title>
        <TextInput
          label={words.email}
          type="email"
          autoComplete="username"
          required
          maxLength={254}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <TextInput
          label={words.signUp.name}
          autoComplete="name"
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NewPassword value={password} onChange={setPassword} />
        <Textarea
          label={words.signUp.reason}
          description={words.signUp.reasonHelp}
          autosize
          minRows={2}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Failure error={error} />
        <Button type="submit" loading={running} disabled={wait > 0 || !acceptable(password)}>
          {words.signUp.action}
        </Button>
        {wait > 0 && (
          <Text size="sm" role="timer">
            {words.wait(wait)}
          </Text>
        )}
        <Anchor component="button" type="button" size="sm" onClick={props.onBack}>
          {words.signUp.back}
        </Anchor>
      </Stack>
    </form>
  );
}
