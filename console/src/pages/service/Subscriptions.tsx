import { Select, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answer, api } from '../../api/client';
import { useMay } from '../../api/me';
import { pageOf } from '../../api/pages';
import { useMayIn } from '../../api/rights';
import { DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Section } from '../../parts/Page';
import { usePaging } from '../../parts/paging';
import { Shown } from '../../parts/Shown';
import { useAddress } from '../../parts/search';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { SubscriptionState } from '../subscription/SubscriptionState';
import type { Service } from './documents';
import { Plans } from './Plans';

/** Who is subscribed to a service, and the plans that one can subscribe to. */
export function Subscriptions(props: { service: Service }) {
  const words = texts.services.subscriptions;
  const [look, go] = useAddress();
  const may = useMay();
  const mayIn = useMayIn();
  return (
    <Stack gap="lg">
      <Section title={words.title}>
        {mayIn('subscriptions.read', props.service.tenant) ? (
          <>
            <Select
              label={words.state}
              w={200}
              data={words.states}
              placeholder={words.everyState}
              clearable
              value={look.state ?? null}
              onChange={(state) => go({ state: state ?? undefined }, true)}
            />
            <Found key={look.state} service={props.service.id} state={look.state} />
          </>
        ) : (
          <Text size="sm">{words.mayNot}</Text>
        )}
      </Section>
      {may('plans.read') && <Plans service={props.service.id} />}
    </Stack>
  );
}

function Found(props: { service: string; state: string | undefined }) {
  const words = texts.services.subscriptions;
  const { service, state } = props;
  const { cursor, buttons } = usePaging();
  const query = useQuery({
    queryKey: ['service', service, 'subscriptions', state, cursor],
    queryFn: () =>
      pageOf((cursor) => {
        const query = { service, state, cursor, limit: 50 };
        return answer(api.GET('/api/v1/subscriptions', { params: { query } }));
      }, cursor),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query}>
      {({ items, next }) =>
        items.length === 0 && !cursor ? (
          <Empty title={state ? words.filtered : words.empty}>{!state && words.emptyDetail}</Empty>
        ) : (
          <DataTable
            caption={words.caption}
            rows={items}
            id={(one) => one.id ?? ''}
            {...buttons(next)}
            columns={[
              {
                head: words.columns.id,
                cell: ({ id = '' }) => (
                  <PageLink to="/subscriptions/$id" params={{ id }}>
                    <Shown text={id} />
                  </PageLink>
                ),
              },
              {
                head: words.columns.app,
                cell: ({ app }) => (
                  <PageLink to="/apps/$id" params={{ id: app }}>
                    <Shown text={app} />
                  </PageLink>
                ),
              },
              { head: words.columns.plan, cell: ({ plan }) => <Shown text={plan} /> },
              {
                head: words.columns.state,
                cell: (one) => <SubscriptionState of={one} />,
              },
              { head: words.columns.requested, cell: (one) => <Time at={one.requested_at} /> },
            ]}
          />
        )
      }
    </Loaded>
  );
}
