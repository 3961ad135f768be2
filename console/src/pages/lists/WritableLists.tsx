import { Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMay } from '../../api/me';
import { useMayIn } from '../../api/rights';
import type { Range } from '../../parts/addresses';
import { DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { useNow } from '../../parts/now';
import { usePaging } from '../../parts/paging';
import { Shown } from '../../parts/Shown';
import { Standing } from '../../parts/Standing';
import { texts } from '../../texts';
import { useRefusingLists } from './refusing';
import { type ListRow, listRows } from './rows';
import { listedQuery, standingOf } from './standing';
import { UsedBy } from './UsedBy';

const words = texts.lists;

/** The lists that an address may be put on; those that the request was refused by come first. */
export function WritableLists(props: {
  address: Range;
  request: string | undefined;
  onChosen: (list: ListRow) => void;
}) {
  const mayAny = useMay()('lists.write');
  const mayIn = useMayIn();
  const { cursor, buttons } = usePaging();
  const now = useNow();
  const refusing = useRefusingLists(props.request);
  const lists = useQuery(listRows(undefined, cursor));
  const listed = useQuery(listedQuery(props.address));
  if (!mayAny) return <Nobody />;
  return (
    <Loaded query={lists}>
      {(page) => (
        <Loaded query={listed}>
          {(known) => {
            const first = cursor ? [] : refusing;
            const others = page.items.filter((list) => !refusing.some((one) => one.id === list.id));
            const standing = (list: ListRow) =>
              standingOf(list, props.address, known.get(list.id ?? ''), now);
            const rows = [...first, ...others].filter((list) => mayIn('lists.write', list.tenant));
            if (rows.length === 0 && !page.next && !cursor) return <Nobody />;
            return (
              <>
                {rows.length === 0 && <Text size="sm">{words.address.noneHere}</Text>}
                <DataTable
                  caption={words.address.caption}
                  rows={rows}
                  id={(list) => list.id ?? ''}
                  {...buttons(page.next)}
                  columns={[
                    {
                      head: words.columns.list,
                      cell: ({ id = '' }) => (
                        <Group gap={6} display="inline-flex">
                          <PageLink to="/lists/$id" params={{ id }}>
                            <Shown text={id} first={120} />
                          </PageLink>
                          {refusing.some((one) => one.id === id) && (
                            <Standing tone="warn">{words.address.refused}</Standing>
                          )}
                        </Group>
                      ),
                    },
                    {
                      head: words.columns.tenant,
                      cell: (list) => <Shown text={list.tenant ?? words.platform} />,
                    },
                    {
                      head: words.columns.entries,
                      number: true,
                      cell: (list) => list.entries_count.toLocaleString(),
                    },
                    { head: words.columns.usedBy, cell: (list) => <UsedBy list={list.id ?? ''} /> },
                    { head: words.columns.is, cell: (list) => standing(list).told },
                    {
                      head: words.columns.actions,
                      cell: (list) =>
                        standing(list).open && (
                          <Button
                            size="compact-sm"
                            variant="light"
                            aria-label={words.address.addOf(list.id ?? '')}
                            onClick={() => props.onChosen(list)}
                          >
                            {words.address.add}
                          </Button>
                        ),
                    },
                  ]}
                />
              </>
            );
          }}
        </Loaded>
      )}
    </Loaded>
  );
}

/** Where no list can be changed: whom to ask. */
function Nobody() {
  return <Empty title={words.address.none}>{words.address.noneDetail}</Empty>;
}
