import { Button, Group } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Schemas, versioned } from '../../api/client';
import { useMayIn } from '../../api/rights';
import { Facts } from '../../parts/Facts';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { ChangeRoles } from '../users/ChangeRoles';
import { patchUser } from '../users/patch';

const words = texts.users.user;

/** What is known about a user, and their roles on the platform. */
export function About(props: { user: Schemas['UserDocument'] }) {
  const { user } = props;
  const mayIn = useMayIn();
  const client = useQueryClient();
  const [changing, setChanging] = useState(false);
  const path = { id: user.id ?? '' };
  const roles = user.platform_roles ?? [];
  return (
    <>
      <Facts
        facts={{
          [texts.users.state.label]: texts.users.state[user.state ?? 'active'],
          [texts.users.name]: <Shown text={user.name ?? texts.users.noName} first={200} />,
          [texts.users.created]: <Time at={user.created_at} />,
          [words.roles]: (
            <Group gap="sm">
              <Shown text={roles.join(', ') || words.noRoles} />
              {mayIn('users.write', null) && (
                <Button size="compact-sm" variant="default" onClick={() => setChanging(true)}>
                  {words.change}
                </Button>
              )}
            </Group>
          ),
          [words.subject]: user.subject && <Shown text={user.subject} mono />,
          [words.reason]: user.reason && <Shown text={user.reason} />,
        }}
      />
      {changing && (
        <ChangeRoles
          title={words.roles}
          tenant={null}
          roles={roles}
          version={`"${user.version}"`}
          onClose={() => setChanging(false)}
          save={async (platform_roles, version, comment) => {
            const read = { ...user, version: Number(version.replaceAll('"', '')) };
            await patchUser(read, { platform_roles }, comment);
            await client.invalidateQueries({ queryKey: ['users'] });
          }}
          read={async () => {
            const now = await versioned(api.GET('/api/v1/users/{id}', { params: { path } }));
            return { roles: now.value.platform_roles ?? [], version: now.version };
          }}
        />
      )}
    </>
  );
}
