import { SegmentedControl, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../../api/client';
import { DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Needs } from '../../parts/Forbidden';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Page } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { Standing } from '../../parts/Standing';
import { useAddress } from '../../parts/search';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';

const words = texts.audit.requests;

/** Requests that are shown; the API keeps the newest. */
const LIMIT = 200;

type Wanted = keyof typeof words.states;

/** What somebody proposes, and somebody else decides about. */
export default function ChangeRequestsPage() {
  return (
    <Needs permission="changes.propose" title={words.title}>
      <Page title={words.title} about={words.about}>
        <Requests />
      </Page>
    </Needs>
  );
}

function Requests() {
  const [search, change] = useAddress();
  const state = (Object.keys(words.states) as Wanted[]).find((one) => one === search.state) ?? 'open';
  const query = useQuery({
    queryKey: ['change-requests', 'table', state],
    queryFn: () => {
      const asked = { limit: LIMIT, ...(state === 'all' ? {} : { state }) };
      return answer(api.GET('/api/v1/change-requests', { params: { query: asked } }));
    },
  });
  return (
    <Stack gap="sm">
      <States state={state} onChange={(to) => change({ state: to === 'open' ? undefined : to })} />
      <Loaded query={query}>
        {(page) =>
          page.change_requests.length === 0 ? (
            <Empty title={words.empty}>{words.emptyDetail}</Empty>
          ) : (
            <>
              <Table rows={page.change_requests} />
              {page.more && <Text size="sm">{words.more}</Text>}
            </>
          )
        }
      </Loaded>
    </Stack>
  );
}

function States(props: { state: Wanted; onChange: (state: string) => void }) {
  return (
    <div style={{ overflowX: 'auto' }}>
      <SegmentedControl
        aria-label={words.stateLabel}
        value={props.state}
        onChange={props.onChange}
        data={Object.entries(words.states).map(([value, label]) => ({ value, label }))}
      />
    </div>
  );
}

function Table({ rows }: { rows: Schemas['ChangeRequestRow'][] }) {
  return (
    <DataTable
      caption={words.caption}
      rows={rows}
      id={(one) => one.id}
      columns={[
        {
          head: words.columns.why,
          cell: (one) => (
            <PageLink to="/change-requests/$id" params={{ id: one.id }}>
              <Shown text={one.comment.slice(0, 160)} />
            </PageLink>
          ),
        },
        { head: words.columns.who, cell: (one) => <Shown text={one.proposed_by} first={80} /> },
        { head: words.columns.at, cell: (one) => <Time at={one.proposed_at} /> },
        {
          head: words.columns.changes,
          cell: (one) => (
            <>
              {words.counts(one.adds, one.changes, one.removes)}
              {one.moved?.length ? (
                <>
                  {' '}
                  <Standing tone="warn">{words.moved}</Standing>
                </>
              ) : null}
            </>
          ),
        },
        {
          head: words.columns.tenant,
          cell: (one) => <Shown text={one.tenant ?? words.platform} first={80} />,
        },
        {
          head: words.columns.state,
          cell: (one) => (
            <>
              {words.states[one.state]}
              {one.state === 'open' && (
                <Text size="xs" c="dimmed">
                  {words.expires} <Time at={one.expires_at} />
                </Text>
              )}
            </>
          ),
        },
      ]}
    />
  );
}
