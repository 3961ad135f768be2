import { Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answer, api } from '../../api/client';
import { gatewayQuery } from '../../api/gateway';
import { pageOf } from '../../api/pages';
import { DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Needs } from '../../parts/Forbidden';
import { Loaded } from '../../parts/Loaded';
import { Page, Section } from '../../parts/Page';
import { usePaging } from '../../parts/paging';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import { COLUMNS } from './columns';

const words = texts.listeners;

/** Where the gateway listens, and what it speaks there. */
export default function ListenersPage() {
  return (
    <Needs permission="settings.read" platform title={words.title}>
      <Page title={words.title} about={words.about}>
        <Section title={words.now}>
          <Now />
        </Section>
        <Section title={words.declared}>
          <Declared />
        </Section>
      </Page>
    </Needs>
  );
}

/** What the gateway listens on as it runs, which its command line has a say in. */
function Now() {
  const query = useQuery(gatewayQuery);
  return (
    <Loaded query={query}>
      {({ listeners }) => (
        <>
          <ul style={{ margin: 0 }} aria-label={words.now}>
            {listeners?.map((address) => (
              <li key={address}>
                <Shown text={address} mono whole />
              </li>
            ))}
          </ul>
          <Text size="sm" c="dimmed">
            {words.nowHelp}
          </Text>
        </>
      )}
    </Loaded>
  );
}

/** The listeners that the configuration declares. */
function Declared() {
  const { cursor, buttons } = usePaging();
  const query = useQuery({
    queryKey: ['listeners', cursor],
    queryFn: () =>
      pageOf((cursor) => {
        const query = { cursor, limit: 50 };
        return answer(api.GET('/api/v1/listeners', { params: { query } }));
      }, cursor),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query}>
      {({ items, next }) =>
        items.length === 0 ? (
          <Empty title={words.none}>{words.noneDetail}</Empty>
        ) : (
          <DataTable
            caption={words.declared}
            rows={items}
            id={(listener) => listener.id ?? ''}
            columns={COLUMNS}
            {...buttons(next)}
          />
        )
      }
    </Loaded>
  );
}
