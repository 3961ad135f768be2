import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../../api/client';
import { useMay } from '../../api/me';
import { Ask } from '../../parts/Ask';
import { TenantSelect } from '../../parts/TenantSelect';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { RolesField } from './RolesField';

const words = texts.users.members;

/** Makes a user a member of a tenant. */
export function AddMember(props: { user: string }) {
  const client = useQueryClient();
  const may = useMay();
  const [opened, setOpened] = useState(false);
  const [tenant, setTenant] = useState<string>();
  const [roles, setRoles] = useState<string[]>([]);
  if (!may('members.write')) return null;
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
          setTenant(undefined);
          setRoles([]);
          await client.invalidateQueries({ queryKey: ['members'] });
        }}
      >
        <TenantSelect
          label={words.tenant}
          required
          permission="members.write"
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
