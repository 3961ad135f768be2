import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { answer, api } from '../../api/client';
import { DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Section } from '../../parts/Page';
import { usePaging } from '../../parts/paging';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';

const words = texts.users;
const STATES = ['', 'active', 'deactivated'] as const;

/** Every user, or those in one state; pages by the API's cursors. */
export function Users() {
  const { state = '' } = useSearch({ strict: false }) as { state?: string };
  return <Listed key={state} state={state} />;
}

function Listed(props: { state: string }) {
  const navigate = useNavigate();
  const paging = usePaging();
  const { cursor } = paging;
  const query = useQuery({
    queryKey: ['users', 'table', props.state, cursor],
    queryFn: () => {
      const asked = { limit: 50, cursor, state: props.state || undefined };
      return answer(api.GET('/api/v1/users', { params: { query: asked } }));
    },
  });
  const choice = (
    <SegmentedControl
      size="xs"
      aria-label={words.state.label}
      value={props.state}
      onChange={(state) => navigate({ to: '.', search: { state: state || undefined } })}
      data={STATES.map((value) => ({ value, label: words.state[value || 'all'] }))}
    />
  );
  return (
    <Section title={words.users} actions={choice}>
      <Loaded query={query}>
        {({ items, next }) =>
          items.length === 0 ? (
            <Empty title={words.none}>{words.noneDetail}</Empty>
          ) : (
            <DataTable
              caption={words.users}
              rows={items}
              id={(user) => user.id ?? ''}
              {...paging.buttons(next)}
              columns={[
                {
                  head: words.email,
                  cell: (user) => (
                    <PageLink to="/users/$id" params={{ id: user.id ?? '' }} size="sm">
                      <Shown text={user.email} first={80} />
                    </PageLink>
                  ),
                },
                { head: words.name, cell: (user) => <Shown text={user.name ?? ''} first={80} /> },
                { head: words.state.label, cell: (user) => words.state[user.state ?? 'active'] },
                {
                  head: words.platformRoles,
                  cell: (user) => <Shown text={(user.platform_roles ?? []).join(', ')} first={80} />,
                },
                { head: words.created, cell: (user) => <Time at={user.created_at} brief />, wide: true },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}
