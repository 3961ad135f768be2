import { useQueryClient } from '@tanstack/react-query';
import { answer, api, versioned } from '../../api/client';
import { texts } from '../../texts';
import { ChangeRoles } from './ChangeRoles';
import type { Member } from './Members';

/** Changes the roles that somebody has in a tenant. */
export function ChangeMember(props: { member: Member; onClose: () => void }) {
  const client = useQueryClient();
  const { member } = props;
  const path = { id: member.id ?? '' };
  const who = (member.name || member.email || member.user).slice(0, 80);
  return (
    <ChangeRoles
      title={texts.users.members.changeOf(who, member.tenant)}
      tenant={member.tenant}
      roles={member.roles}
      version={`"${member.version}"`}
      required
      onClose={props.onClose}
      save={async (roles, version, comment) => {
        const params = { path, query: comment ? { comment } : {}, header: { 'If-Match': version } };
        await answer(api.PATCH('/api/v1/members/{id}', { params, body: { roles } as never }));
        await client.invalidateQueries({ queryKey: ['members'] });
      }}
      read={async () => {
        const { value, version } = await versioned(api.GET('/api/v1/members/{id}', { params: { path } }));
        return { roles: value.roles, version };
      }}
    />
  );
}
