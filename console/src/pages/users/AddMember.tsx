import { Button, Select } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { useTenants } from './Invite';
import { RolesField } from './RolesField';

const words = texts.users.members;

/** Makes a user a member of a tenant. */
export function AddMember(props: { user: string }) {
  const client = useQueryClient();
  const tenants = useTenants('members.write');
  const [opened, setOpened] = useState(false);
  const [tenant, setTenant] = useState<string | null>(null);
  const [roles, setRoles] = useState<string[]>([]);
  if (tenants.length === 0) return null;
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setOpened(true)}>
        {words.add}
      </Button>
      <Ask
        opened={opened}
        onClose={() => setOpened(false)}
        title={words.add}
        action={words.add}
        comment="optional"
        disabled={!tenant || roles.length === 0}
        onDone={async (comment) => {
          const params = { query: comment ? { comment } : {} };
          const body = { user: props.user, tenant: tenant ?? '', roles };
          await answer(api.POST('/api/v1/members', { params, body }));
          told(words.added);
          setTenant(null);
          setRoles([]);
          await client.invalidateQueries({ queryKey: ['members'] });
        }}
      >
        <Select
          label={words.tenant}
          required
          data={tenants}
          value={tenant}
          onChange={(value) => {
            setTenant(value);
            setRoles([]);
          }}
        />
        {tenant && (
          <RolesField tenant={tenant} label={words.roles} required value={roles} onChange={setRoles} />
        )}
      </Ask>
    </>
  );
}
