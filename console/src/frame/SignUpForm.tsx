import { Anchor, Stack, Textarea, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { answer, api } from '../api/client';
import { useDoing } from '../parts/doing';
import { Failure } from '../parts/Failure';
import { acceptable, NewPassword } from '../parts/NewPassword';
import { texts } from '../texts';
import { SubmitButton } from './SubmitButton';

/** Asks for an account, where people may do so themselves. */
export function SignUpForm(props: { email: string; onAsked: (email: string) => void; onBack: () => void }) {
  const [email, setEmail] = useState(props.email);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [reason, setReason] = useState('');
  const words = texts.signIn;
  const doing = useDoing(async () => {
    const body = { email, password, name: name.trim() || null, reason: reason.trim() || null };
    await answer(api.POST('/api/v1/sign-up', { body }));
    props.onAsked(email);
  });
  return (
    <form onSubmit={doing.submit}>
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
        <Failure error={doing.error} />
        <SubmitButton of={doing} disabled={!acceptable(password)}>
          {words.signUp.action}
        </SubmitButton>
        <Anchor component="button" type="button" size="sm" onClick={props.onBack}>
          {words.signUp.back}
        </Anchor>
      </Stack>
    </form>
  );
}
