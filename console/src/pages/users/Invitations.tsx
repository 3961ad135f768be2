import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { useMayIn } from '../../api/rights';
import { Ask } from '../../parts/Ask';
import { DataTable } from '../../parts/DataTable';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { usePaging } from '../../parts/paging';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { told } from '../../parts/told';
import { texts } from '../../texts';

type Invitation = Schemas['InvitationDocument'];
const words = texts.users.invitations;

/** Invitations that nobody has accepted yet. */
export function Invitations() {
  const mayIn = useMayIn();
  const paging = usePaging();
  const { cursor } = paging;
  const [gone, setGone] = useState<Invitation>();
  const query = useQuery({
    queryKey: ['invitations', cursor],
    queryFn: () =>
      answer(api.GET('/api/v1/invitations', { params: { query: { state: 'open', limit: 20, cursor } } })),
  });
  if (!query.error && (!query.data || (query.data.items.length === 0 && !cursor))) return null;
  return (
    <Section title={words.title}>
      <Loaded query={query}>
        {({ items, next }) => (
          <DataTable
            caption={words.title}
            rows={items}
            id={(one) => one.id ?? ''}
            {...paging.buttons(next)}
            columns={[
              { head: texts.users.email, cell: (one) => <Shown text={one.email} first={80} /> },
              {
                head: words.where,
                cell: (one) => <Shown text={one.tenant ?? texts.users.invite.platform} first={60} />,
              },
              { head: words.roles, cell: (one) => <Shown text={one.roles.join(', ')} first={80} /> },
              { head: words.by, cell: (one) => <Shown text={one.invited_by} first={60} />, wide: true },
              { head: words.until, cell: (one) => <Time at={one.expires_at} brief /> },
              {
                head: words.withdraw,
                cell: (one) =>
                  mayIn('members.write', one.tenant) && (
                    <Button size="compact-sm" variant="default" onClick={() => setGone(one)}>
                      {words.withdraw}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
      <Ask
        opened={gone !== undefined}
        onClose={() => setGone(undefined)}
        title={words.withdrawTitle(gone?.email ?? '')}
        action={words.withdraw}
        comment="optional"
        danger
        onDone={async (comment) => {
          const params = { path: { id: gone?.id ?? '' }, query: comment ? { comment } : {} };
          await answer(api.DELETE('/api/v1/invitations/{id}', { params }));
          told(words.withdrawn);
          await query.refetch();
        }}
      >
        <Text size="sm">{words.withdrawDetail}</Text>
      </Ask>
    </Section>
  );
}
