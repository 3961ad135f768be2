import { Button, Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { useMayIn } from '../../api/rights';
import { Ask } from '../../parts/Ask';
import { DataTable } from '../../parts/DataTable';
import { Failure } from '../../parts/Failure';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Section } from '../../parts/Page';
import { usePaging } from '../../parts/paging';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { patchUser } from './patch';

type User = Schemas['UserDocument'];
const words = texts.users.waiting;

/** Those who asked for an account, and wait to be let in. */
export function Waiting() {
  const mayIn = useMayIn();
  const client = useQueryClient();
  const paging = usePaging();
  const { cursor } = paging;
  const [down, setDown] = useState<User>();
  const [error, setError] = useState<unknown>();
  const query = useQuery({
    queryKey: ['users', 'pending', cursor],
    queryFn: () =>
      answer(api.GET('/api/v1/users', { params: { query: { state: 'pending', limit: 20, cursor } } })),
    refetchInterval: 30_000,
  });
  const decide = async (user: User, state: string, comment?: string) => {
    await patchUser(user, { state }, comment);
    await client.invalidateQueries({ queryKey: ['users'] });
  };
  const letIn = async (user: User) => {
    setError(undefined);
    try {
      await decide(user, 'active');
      told(words.isIn(user.email));
    } catch (thrown) {
      setError(thrown);
    }
  };
  if (query.data && query.data.items.length === 0 && !cursor) return null;
  return (
    <Section title={words.title}>
      <Failure error={error} />
      <Loaded query={query}>
        {({ items, next }) => (
          <DataTable
            caption={words.title}
            rows={items}
            id={(user) => user.id ?? ''}
            {...paging.buttons(next)}
            columns={[
              {
                head: texts.users.email,
                cell: (user) => (
                  <PageLink to="/users/$id" params={{ id: user.id ?? '' }} size="sm">
                    <Shown text={user.email} first={80} />
                  </PageLink>
                ),
              },
              { head: texts.users.name, cell: (user) => <Shown text={user.name ?? ''} first={80} /> },
              { head: words.reason, cell: (user) => <Shown text={user.reason ?? ''} /> },
              { head: texts.users.created, cell: (user) => <Time at={user.created_at} brief /> },
              ...(mayIn('users.write', null)
                ? [
                    {
                      head: words.letIn,
                      cell: (user: User) => (
                        <Group gap="xs" wrap="nowrap">
                          <Button
                            size="compact-sm"
                            onClick={() => letIn(user)}
                            aria-label={words.letInName(user.email)}
                          >
                            {words.letIn}
                          </Button>
                          <Button
                            size="compact-sm"
                            variant="default"
                            onClick={() => setDown(user)}
                            aria-label={words.turnDownName(user.email)}
                          >
                            {words.turnDown}
                          </Button>
                        </Group>
                      ),
                    },
                  ]
                : []),
            ]}
          />
        )}
      </Loaded>
      <Ask
        opened={down !== undefined}
        onClose={() => setDown(undefined)}
        title={words.turnDownTitle(down?.email ?? '')}
        action={words.turnDown}
        comment="optional"
        onDone={async (comment) => {
          if (!down) return;
          await decide(down, 'deactivated', comment);
          told(words.isOut(down.email));
        }}
      >
        <Text size="sm">{words.turnDownDetail}</Text>
      </Ask>
    </Section>
  );
}
