import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Subscription, subscriptionsOf } from '../../api/apps';
import { Allowed } from '../../parts/Allowed';
import { type Column, DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Section } from '../../parts/Page';
import { usePaging } from '../../parts/paging';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { SubscriptionState } from '../subscription/SubscriptionState';
import { sinceWhen } from '../subscription/standing';
import { RequestSubscription } from './RequestSubscription';

const words = texts.apps.subscriptions;

const COLUMNS: Array<Column<Subscription>> = [
  {
    head: words.service,
    cell: (one) => (
      <PageLink to="/subscriptions/$id" params={{ id: one.id }}>
        <Shown text={one.service} />
      </PageLink>
    ),
  },
  { head: words.state, cell: (one) => <SubscriptionState of={one} /> },
  { head: words.plan, cell: (one) => <Shown text={one.plan} /> },
  { head: words.since, cell: (one) => sinceWhen(one) && <Time at={sinceWhen(one)} brief /> },
  {
    head: words.comment,
    cell: (one) => <Shown text={one.comment ?? one.reason ?? ''} first={120} />,
    wide: true,
  },
];

/** The subscriptions of an app, and the way to another one. */
export function Subscriptions(props: { app: string; tenant: string }) {
  const [asking, setAsking] = useState(false);
  const { cursor, buttons } = usePaging();
  const query = useQuery(subscriptionsOf(props.app, cursor));
  const ask = (
    <Allowed to="subscriptions.request" tenant={props.tenant}>
      <Button variant="default" onClick={() => setAsking(true)}>
        {words.ask}
      </Button>
    </Allowed>
  );
  return (
    <Section title={words.title} actions={ask}>
      <Loaded query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title={words.none}>{words.noneHelp}</Empty>
          ) : (
            <DataTable
              caption={words.title}
              columns={COLUMNS}
              rows={page.items}
              id={(one) => one.id ?? ''}
              {...buttons(page.next)}
            />
          )
        }
      </Loaded>
      {asking && <RequestSubscription app={props.app} onClose={() => setAsking(false)} />}
    </Section>
  );
}
