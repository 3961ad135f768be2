import { NativeSelect, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Subscription } from '../../api/apps';
import { answer, api } from '../../api/client';
import { pageOf } from '../../api/pages';
import { type Column, DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { usePaging } from '../../parts/paging';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { SubscriptionState } from '../subscription/SubscriptionState';
import { STATES, sinceWhen } from '../subscription/standing';

const words = texts.approvals.decidedOnes;

const COLUMNS: Array<Column<Subscription>> = [
  {
    head: words.what,
    cell: (one) => (
      <PageLink to="/subscriptions/$id" params={{ id: one.id }}>
        <Shown text={words.named(one.app, one.service)} />
      </PageLink>
    ),
  },
  { head: words.state, cell: (one) => <SubscriptionState of={one} /> },
  { head: words.plan, cell: (one) => <Shown text={one.plan} />, wide: true },
  { head: words.when, cell: (one) => sinceWhen(one) && <Time at={sinceWhen(one)} brief /> },
  { head: words.by, cell: (one) => <Shown text={one.decided_by ?? one.requested_by ?? ''} first={80} /> },
  {
    head: words.comment,
    cell: (one) => <Shown text={one.comment ?? one.reason ?? ''} first={120} />,
    wide: true,
  },
];

/** Subscriptions on a page. */
const ON_A_PAGE = 50;

/** Subscriptions by their state: what was decided, when and by whom. */
export function History() {
  const { state = '' } = useSearch({ strict: false });
  const navigate = useNavigate();
  return (
    <Stack>
      <NativeSelect
        label={words.filter}
        maw="16rem"
        data={[
          { value: '', label: words.all },
          ...STATES.map((value) => ({ value, label: texts.approvals.states[value] })),
        ]}
        value={state}
        onChange={(event) =>
          navigate({ to: '.', search: { tab: 'history', state: event.currentTarget.value || undefined } })
        }
      />
      <Decided key={state} state={state || undefined} />
    </Stack>
  );
}

/** A page of subscriptions. */
interface Found {
  items: Subscription[];
  next?: string | null;
}

/** Those that were decided about, the newest decision first; or those in a state, the newest first. */
async function find(state: string | undefined, cursor: string | undefined): Promise<Found> {
  if (state) {
    // Ids that the API makes grow with time.
    return pageOf((cursor) => {
      const query = { state, cursor, sort: '-id', limit: ON_A_PAGE };
      return answer(api.GET('/api/v1/subscriptions', { params: { query } }));
    }, cursor);
  }
  const query = { before: cursor, limit: ON_A_PAGE };
  const { items, next } = await answer(api.GET('/api/v1/approvals/decided', { params: { query } }));
  return { items: items.map(({ id, document }) => ({ ...(document as Subscription), id })), next };
}

function Decided(props: { state: string | undefined }) {
  const { state } = props;
  const { cursor, buttons } = usePaging();
  const query = useQuery({
    queryKey: ['subscriptions', { state, cursor, decided: true }],
    queryFn: () => find(state, cursor),
  });
  return (
    <Loaded query={query}>
      {(page) =>
        page.items.length === 0 ? (
          <Empty title={words.none}>{words.noneHelp}</Empty>
        ) : (
          <DataTable
            caption={words.caption}
            columns={COLUMNS}
            rows={page.items}
            id={(one) => one.id ?? ''}
            {...buttons(page.next)}
          />
        )
      }
    </Loaded>
  );
}
