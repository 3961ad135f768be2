import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { DataTable } from '../../parts/DataTable';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { told } from '../../parts/told';
import { texts } from '../../texts';

const words = texts.account.sessions;

/** Where one is signed in. Every session but this one can be ended here; this one by signing out. */
export function Sessions() {
  const query = useQuery({ queryKey: ['sessions'], queryFn: () => answer(api.GET('/api/v1/me/sessions')) });
  const [ending, setEnding] = useState<Schemas['SessionSeen']>();
  const agent = (session: Schemas['SessionSeen']) => session.agent || words.unknown;
  return (
    <Section title={words.title}>
      <Text size="sm" c="dimmed">
        {words.explain}
      </Text>
      <Loaded query={query}>
        {({ items }) => (
          <DataTable
            caption={words.title}
            rows={items}
            id={(session) => session.id}
            columns={[
              {
                head: words.browser,
                cell: (session) => <Shown text={agent(session)} first={80} />,
              },
              { head: words.from, cell: (session) => <Shown text={session.from} mono whole /> },
              { head: words.begun, cell: (session) => <Time at={session.begun_at} /> },
              { head: words.seen, cell: (session) => <Time at={session.seen_at} brief /> },
              { head: words.ends, cell: (session) => <Time at={session.ends_at} brief /> },
              {
                head: words.end,
                cell: (session) =>
                  session.current ? (
                    <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
                      {words.here}
                    </Text>
                  ) : (
                    <Button
                      size="compact-sm"
                      variant="default"
                      onClick={() => setEnding(session)}
                      aria-label={words.endOf(agent(session).slice(0, 60), session.from)}
                    >
                      {words.end}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
      <Ask
        opened={ending !== undefined}
        onClose={() => setEnding(undefined)}
        title={ending ? words.endTitle(agent(ending).slice(0, 60), ending.from) : ''}
        action={words.endAction}
        danger
        onDone={async () => {
          const params = { path: { id: ending?.id ?? '' } };
          await answer(api.DELETE('/api/v1/me/sessions/{id}', { params }));
          told(words.ended);
          await query.refetch();
        }}
      >
        <Text size="sm">{words.endDetail}</Text>
      </Ask>
    </Section>
  );
}
