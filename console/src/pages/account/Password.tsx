import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answer, api } from '../../api/client';
import { useWait } from '../../frame/wait';
import { Failure } from '../../parts/Failure';
import { acceptable, NewPassword } from '../../parts/NewPassword';
import { Section } from '../../parts/Page';
import { told } from '../../parts/told';
import { texts } from '../../texts';

/** Changes one's password, which takes the one until now. */
export function Password(props: { email: string }) {
  const words = texts.account.password;
  const client = useQueryClient();
  const [old, setOld] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<unknown>();
  const [running, setRunning] = useState(false);
  const wait = useWait(error);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (running) return;
    setRunning(true);
    setError(undefined);
    try {
      const body = { name: null, password, old_password: old };
      await answer(api.PATCH('/api/v1/me', { body }));
      setOld('');
      setPassword('');
      told(words.done);
      await client.invalidateQueries({ queryKey: ['sessions'] });
    } catch (thrown) {
      setError(thrown);
    } finally {
      setRunning(false);
    }
  };
  return (
    <Section title={words.title}>
      <Text size="sm" c="dimmed">
        {words.explain} {words.none}
      </Text>
      <form onSubmit={submit}>
        <Stack gap="sm" maw={480}>
          {/* For password managers: whose password it is. */}
          <input type="hidden" autoComplete="username" value={props.email} readOnly />
          <PasswordInput
            label={words.old}
            autoComplete="current-password"
            required
            value={old}
            onChange={(event) => setOld(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': texts.signIn.showPassword, tabIndex: 0 }}
          />
          <NewPassword value={password} onChange={setPassword} />
          <Failure error={error} />
          <Group>
            <Button type="submit" loading={running} disabled={wait > 0 || !old || !acceptable(password)}>
              {words.action}
            </Button>
            {wait > 0 && (
              <Text size="sm" role="timer">
                {texts.signIn.wait(wait)}
              </Text>
            )}
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
