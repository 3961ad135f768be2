import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../../api/client';
import { type Me, me } from '../../api/me';
import { useDoing } from '../../parts/doing';
import { Failure } from '../../parts/Failure';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { told } from '../../parts/told';
import { texts } from '../../texts';

/** One's name, and the address that one signs in with. */
export function Name(props: { who: Me }) {
  const words = texts.account;
  const client = useQueryClient();
  const [name, setName] = useState(props.who.name ?? '');
  const { running, error, submit } = useDoing(async () => {
    const body = { name: name.trim(), password: null, old_password: null };
    client.setQueryData(me.queryKey, await answer(api.PATCH('/api/v1/me', { body })));
    told(words.saved);
  });
  return (
    <Section title={words.about}>
      <Text size="sm">
        {words.email}: <Shown text={props.who.email ?? texts.common.none} />
      </Text>
      <form onSubmit={submit}>
        <Stack gap="sm" maw={480}>
          <TextInput
            label={words.name}
            description={words.nameHelp}
            autoComplete="name"
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Failure error={error} />
          <Group>
            <Button type="submit" loading={running}>
              {words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
