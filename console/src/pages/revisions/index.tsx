import { Group } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answer, api } from '../../api/client';
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

const words = texts.audit.revisions;

/** Revisions on a page. */
const LIMIT = 50;

/** The history of the rules. */
export default function RevisionsPage() {
  return (
    <Needs permission="revisions.read" platform title={words.title}>
      <Page title={words.title} about={words.about}>
        <Revisions />
      </Page>
    </Needs>
  );
}

function Revisions() {
  const [search, change] = useAddress();
  const before = Number(search.before) || undefined;
  const query = useQuery({
    queryKey: ['revisions', 'table', before],
    queryFn: () => {
      const asked = { limit: LIMIT, ...(before ? { before } : {}) };
      return answer(api.GET('/api/v1/revisions', { params: { query: asked } }));
    },
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query}>
      {({ revisions, more }) => {
        const last = revisions.at(-1)?.number;
        if (last === undefined) return <Empty title={words.empty}>{words.emptyDetail}</Empty>;
        return (
          <DataTable
            caption={words.caption}
            rows={revisions}
            id={(one) => String(one.number)}
            next={more ? () => change({ before: String(last) }) : undefined}
            first={before ? () => change({ before: undefined }) : undefined}
            columns={[
              {
                head: words.columns.name,
                cell: (one) => (
                  <Group gap={6} display="inline-flex" wrap="nowrap">
                    <PageLink
                      to="/revisions/$number"
                      params={{ number: String(one.number) }}
                      style={{ whiteSpace: 'nowrap' }}
                    >
                      {one.name}
                    </PageLink>
                    {one.in_force && <Standing tone="good">{words.inForce}</Standing>}
                  </Group>
                ),
              },
              { head: words.columns.at, cell: (one) => <Time at={one.at_ms} /> },
              { head: words.columns.who, cell: (one) => <Shown text={one.who} first={80} /> },
              {
                head: words.columns.comment,
                cell: (one) => one.comment && <Shown text={one.comment} first={160} />,
              },
              { head: words.columns.source, cell: (one) => <Shown text={one.source} />, wide: true },
            ]}
          />
        );
      }}
    </Loaded>
  );
}
