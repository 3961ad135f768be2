import { Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../../api/client';
import { SubmitButton } from '../../frame/SubmitButton';
import { useDoing } from '../../parts/doing';
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
  const doing = useDoing(async () => {
    const body = { name: null, password, old_password: old };
    await answer(api.PATCH('/api/v1/me', { body }));
    setOld('');
    setPassword('');
    told(words.done);
    await client.invalidateQueries({ queryKey: ['sessions'] });
  });
  return (
    <Section title={words.title}>
      <Text size="sm" c="dimmed">
        {words.explain} {words.none}
      </Text>
      <form onSubmit={doing.submit}>
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
          <Failure error={doing.error} />
          <Group>
            <SubmitButton of={doing} disabled={!old || !acceptable(password)}>
              {words.action}
            </SubmitButton>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
