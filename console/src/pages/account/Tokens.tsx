import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import type { Me } from '../../api/me';
import { Ask } from '../../parts/Ask';
import { DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Secret } from '../../parts/Secret';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { NewToken } from './NewToken';

const words = texts.account.tokens;

/** One's tokens: those that there are, a new one, and the end of one. */
export function Tokens(props: { who: Me }) {
  const query = useQuery({ queryKey: ['tokens'], queryFn: () => answer(api.GET('/api/v1/me/tokens')) });
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<{ title: string; token: string }>();
  const [ending, setEnding] = useState<Schemas['TokenSeen']>();
  const make = (
    <Button size="xs" onClick={() => setMaking(true)}>
      {words.make}
    </Button>
  );
  return (
    <Section title={words.title} actions={make}>
      <Text size="sm" c="dimmed">
        {words.explain}
      </Text>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={words.none}>{words.noneDetail}</Empty>
          ) : (
            <DataTable
              caption={words.title}
              rows={items}
              id={(token) => token.id}
              columns={[
                { head: words.name, cell: (token) => <Shown text={token.title} first={80} /> },
                { head: words.good, cell: (token) => <Shown text={good(token)} first={80} /> },
                { head: words.created, cell: (token) => <Time at={token.created_at} brief /> },
                { head: words.used, cell: (token) => <Time at={token.last_used_at} brief /> },
                {
                  head: words.expires,
                  cell: (token) => (token.expires_at ? <Time at={token.expires_at} /> : words.never),
                },
                {
                  head: words.end,
                  cell: (token) => (
                    <Button size="compact-sm" variant="default" onClick={() => setEnding(token)}>
                      {words.end}
                    </Button>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      <NewToken
        who={props.who}
        opened={making}
        onClose={() => setMaking(false)}
        onMade={(shown) => {
          setMade(shown);
          return query.refetch();
        }}
      />
      <Secret
        opened={made !== undefined}
        title={words.made}
        what={words.what(made?.title ?? '')}
        secret={made?.token ?? ''}
        curl={made && `curl -H 'Authorization: Bearer ${made.token}' ${location.origin}/api/v1/me`}
        onClose={() => setMade(undefined)}
      />
      <Ask
        opened={ending !== undefined}
        onClose={() => setEnding(undefined)}
        title={words.endTitle(ending?.title.slice(0, 80) ?? '')}
        action={words.end}
        danger
        onDone={async () => {
          const path = { id: ending?.id ?? '' };
          await answer(api.DELETE('/api/v1/me/tokens/{id}', { params: { path } }));
          told(words.ended);
          await query.refetch();
        }}
      >
        <Text size="sm">{words.endDetail}</Text>
      </Ask>
    </Section>
  );
}

/** What a token is good for, in words. */
function good(token: Schemas['TokenSeen']): string {
  const scopes = token.scopes?.join(', ') ?? words.everything;
  return words.only(scopes, token.only_in ?? null);
}
