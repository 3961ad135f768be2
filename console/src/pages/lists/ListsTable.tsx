import { Stack } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { usePaging } from '../../parts/paging';
import { SearchField } from '../../parts/SearchField';
import { Shown } from '../../parts/Shown';
import { useAddress } from '../../parts/search';
import { texts } from '../../texts';
import { Ends } from './Ends';
import { listRows } from './rows';
import { SourceBrief } from './SourceStanding';
import { UsedBy } from './UsedBy';

const words = texts.lists;

/** The lists that whoever looks may see. */
export function ListsTable() {
  const [{ q }] = useAddress();
  return (
    <Stack gap="sm">
      <SearchField
        name="q"
        aria-label={words.search}
        placeholder={words.search}
        leftSection={<IconSearch size={16} aria-hidden />}
        maw={360}
      />
      <Found key={q} q={q} />
    </Stack>
  );
}

/** A page of the lists that were found; begins anew where others are looked for. */
function Found({ q }: { q: string | undefined }) {
  const { cursor, buttons } = usePaging();
  const query = useQuery({ ...listRows(q, cursor), placeholderData: keepPreviousData });
  return (
    <Loaded query={query}>
      {(page) =>
        page.items.length === 0 ? (
          <Nothing found={Boolean(q)} />
        ) : (
          <DataTable
            caption={words.caption}
            rows={page.items}
            id={(list) => list.id ?? ''}
            {...buttons(page.next)}
            columns={[
              {
                head: words.columns.list,
                cell: ({ id = '' }) => (
                  <PageLink to="/lists/$id" params={{ id }}>
                    <Shown text={id} first={120} />
                  </PageLink>
                ),
              },
              {
                head: words.columns.tenant,
                cell: (list) => <Shown text={list.tenant ?? words.platform} />,
              },
              {
                head: words.columns.owner,
                cell: (list) => <Shown text={list.owner ?? texts.common.none} first={80} />,
              },
              {
                head: words.columns.entries,
                number: true,
                cell: (list) =>
                  list.source ? <SourceBrief list={list.id ?? ''} /> : list.entries_count.toLocaleString(),
              },
              { head: words.columns.usedBy, cell: (list) => <UsedBy list={list.id ?? ''} /> },
              { head: words.columns.ends, cell: (list) => <Ends at={list.expires_at} /> },
              {
                head: words.columns.comment,
                cell: (list) => list.comment && <Shown text={list.comment} first={80} />,
                wide: true,
              },
            ]}
          />
        )
      }
    </Loaded>
  );
}

function Nothing(props: { found: boolean }) {
  return props.found ? (
    <Empty title={words.none.found}>{words.none.foundDetail}</Empty>
  ) : (
    <Empty title={words.none.title}>{words.none.detail}</Empty>
  );
}
