import { Button, Select, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../../api/client';
import { useMay } from '../../api/me';
import { Ask } from '../../parts/Ask';
import { texts } from '../../texts';
import { LinkShown, type Made } from './LinkShown';
import { RolesField } from './RolesField';

const words = texts.users.invite;
/** How the platform stands among tenants, whose names have no space. */
const PLATFORM = ' platform';
const MOST = 200;

/** The tenants into which somebody may let others. */
export function useTenants(permission: string): string[] {
  const may = useMay();
  const query = useQuery({
    queryKey: ['tenants', 'names'],
    queryFn: () => answer(api.GET('/api/v1/tenants', { params: { query: { limit: MOST } } })),
  });
  const ids = (query.data?.items ?? []).flatMap((tenant) => (tenant.id ? [tenant.id] : []));
  return ids.filter((tenant) => may(permission, tenant));
}

/** Invites somebody, into a tenant or to the platform, and shows the link. */
export function Invite() {
  const may = useMay();
  const client = useQueryClient();
  const tenants = useTenants('members.write');
  const [opened, setOpened] = useState(false);
  const [made, setMade] = useState<Made>();
  const [email, setEmail] = useState('');
  const [where, setWhere] = useState<string | null>(null);
  const [roles, setRoles] = useState<string[]>([]);
  const [days, setDays] = useState('7');
  const places = [
    ...tenants.map((tenant) => ({ value: tenant, label: tenant })),
    ...(may('users.write') ? [{ value: PLATFORM, label: words.platform }] : []),
  ];
  const place = where ?? places[0]?.value ?? '';
  const tenant = place === PLATFORM ? null : place;
  const send = async () => {
    const body = { email: email.trim(), tenant, roles, days: Number(days) };
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
        disabled={!email.trim() || roles.length === 0}
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
        <Select
          label={words.where}
          allowDeselect={false}
          data={places}
          value={place}
          onChange={(value) => {
            setWhere(value);
            setRoles([]);
          }}
        />
        <RolesField tenant={tenant} label={words.roles} required value={roles} onChange={setRoles} />
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
