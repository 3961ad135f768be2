import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../../api/client';
import { useMayIn, useWhere } from '../../api/rights';
import { Ask } from '../../parts/Ask';
import { TenantSelect } from '../../parts/TenantSelect';
import { texts } from '../../texts';
import { LinkShown, type Made } from './LinkShown';
import { RolesField } from './RolesField';

const words = texts.users.invite;
/** Invites somebody, into a tenant or to the platform, and shows the link. */
export function Invite() {
  const mayIn = useMayIn();
  const { onPlatform, only } = useWhere('members.write');
  const client = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [made, setMade] = useState<Made>();
  const [email, setEmail] = useState('');
  const [platform, setPlatform] = useState(false);
  const [chosen, setChosen] = useState(onPlatform ? undefined : only);
  const [roles, setRoles] = useState<string[]>([]);
  const [days, setDays] = useState('7');
  const tenant = platform ? null : chosen;
  const send = async () => {
    const body = { email: email.trim(), tenant: tenant ?? null, roles, days: Number(days) };
    const invited = await answer(api.POST('/api/v1/invitations', { body }));
    await client.invalidateQueries({ queryKey: ['invitations'] });
    setMade({ ...invited, title: words.made(body.email), email: body.email });
    setEmail('');
    setRoles([]);
  };
  return (
    <>
      <Button onClick={() => setOpened(true)}>{words.action}</Button>
      <Ask
        opened={opened}
        onClose={() => setOpened(false)}
        title={words.action}
        action={words.send}
        disabled={!email.trim() || tenant === undefined || roles.length === 0}
        onDone={send}
      >
        <TextInput
          label={texts.users.email}
          type="email"
          required
          maxLength={254}
          data-autofocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        {mayIn('users.write', null) && (
          <Checkbox
            label={words.toPlatform}
            checked={platform}
            onChange={(event) => {
              setPlatform(event.currentTarget.checked);
              setRoles([]);
            }}
          />
        )}
        {!platform && (
          <TenantSelect
            label={texts.users.members.tenant}
            permission="members.write"
            required
            value={chosen}
            onChange={(value) => {
              setChosen(value);
              setRoles([]);
            }}
          />
        )}
        {tenant !== undefined && (
          <RolesField tenant={tenant} label={words.roles} required value={roles} onChange={setRoles} />
        )}
        <Select
          label={words.days}
          allowDeselect={false}
          data={['1', '7', '30'].map((value) => ({ value, label: words.dayCount(Number(value)) }))}
          value={days}
          onChange={(value) => setDays(value ?? '7')}
        />
      </Ask>
      <LinkShown made={made} onClose={() => setMade(undefined)} />
    </>
  );
}
