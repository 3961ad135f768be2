import { Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { useMay, useMe } from '../../api/me';
import { pageOf } from '../../api/pages';
import { useMayIn } from '../../api/rights';
import { Ask } from '../../parts/Ask';
import { type Column, DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { usePaging } from '../../parts/paging';
import { Shown } from '../../parts/Shown';
import { TenantSelect } from '../../parts/TenantSelect';
import { Time } from '../../parts/Time';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { AddMember } from './AddMember';
import { ChangeMember } from './ChangeMember';

/** A member, with who it is. */
export type Member = Schemas['MemberDocument'] & { email?: string; name?: string | null };
const words = texts.users.members;

/** Members: of the tenants that one sees, or, with a user, that user's memberships. */
export function Members(props: { user?: string }) {
  const { tenant } = useSearch({ strict: false }) as { tenant?: string };
  return <Listed key={tenant} user={props.user} tenant={props.user ? undefined : tenant} />;
}

function Listed(props: { user: string | undefined; tenant: string | undefined }) {
  const may = useMay();
  const navigate = useNavigate();
  const me = useMe();
  const several = useMayIn()('members.read', null) || Object.keys(me?.tenants ?? {}).length > 1;
  const paging = usePaging();
  const { cursor } = paging;
  const [changing, setChanging] = useState<Member>();
  const [removing, setRemoving] = useState<Member>();
  const query = useQuery({
    queryKey: ['members', props.user, props.tenant, cursor],
    queryFn: () =>
      pageOf((cursor) => {
        const asked = { limit: 50, cursor, q: props.user, tenant: props.tenant };
        return answer(api.GET('/api/v1/members', { params: { query: asked } }));
      }, cursor),
  });
  const who = (member: Member) => member.name || member.email || member.user;
  const columns: Array<Column<Member>> = [
    ...(props.user ? [] : [{ head: words.who, cell: (one: Member) => <Shown text={who(one)} first={80} /> }]),
    ...(props.user
      ? []
      : [{ head: texts.users.email, cell: (one: Member) => <Shown text={one.email ?? ''} first={80} /> }]),
    { head: words.tenant, cell: (one) => <Shown text={one.tenant} first={60} /> },
    { head: words.roles, cell: (one) => <Shown text={one.roles.join(', ')} first={80} /> },
    { head: words.since, cell: (one) => <Time at={one.since} brief />, wide: true },
  ];
  if (may('members.write')) {
    columns.push({
      head: words.change,
      cell: (one) =>
        may('members.write', one.tenant) && (
          <Group gap="xs" wrap="nowrap">
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => setChanging(one)}
              aria-label={words.changeOf(who(one).slice(0, 80), one.tenant)}
            >
              {words.change}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => setRemoving(one)}>
              {words.remove}
            </Button>
          </Group>
        ),
    });
  }
  const actions = props.user ? (
    <AddMember user={props.user} />
  ) : (
    several && (
      <TenantSelect
        label={words.tenant}
        placeholder={words.allTenants}
        permission="members.read"
        clearable
        value={props.tenant}
        onChange={(tenant) => navigate({ to: '.', search: { tenant } })}
      />
    )
  );
  return (
    <Section title={props.user ? words.mine : words.title} actions={actions}>
      <Loaded query={query}>
        {({ items, next }) =>
          items.length === 0 ? (
            <Empty title={props.user ? words.noneOfUser : words.none}>
              {props.user ? words.noneOfUserDetail : words.noneDetail}
            </Empty>
          ) : (
            <DataTable
              caption={words.title}
              rows={items as Member[]}
              id={(one) => one.id ?? ''}
              {...paging.buttons(next)}
              columns={columns}
            />
          )
        }
      </Loaded>
      {changing && (
        <ChangeMember key={changing.id} member={changing} onClose={() => setChanging(undefined)} />
      )}
      <Ask
        opened={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        title={removing ? words.removeTitle(who(removing).slice(0, 80), removing.tenant) : ''}
        action={words.remove}
        comment="optional"
        danger
        onDone={async (comment) => {
          const params = {
            path: { id: removing?.id ?? '' },
            query: comment ? { comment } : {},
            header: { 'If-Match': `"${removing?.version}"` },
          };
          await answer(api.DELETE('/api/v1/members/{id}', { params }));
          told(words.removed);
          await query.refetch();
        }}
      >
        <Text size="sm">{words.removeDetail}</Text>
      </Ask>
    </Section>
  );
}
