import { Badge, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../../api/client';
import { useMay } from '../../api/me';
import type { Range } from '../../parts/addresses';
import { DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { useNow } from '../../parts/now';
import { usePaging } from '../../parts/paging';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import type { ListDocument } from './entries';
import { useRefusingLists } from './refusing';
import { standingOf } from './standing';
import { UsedBy } from './UsedBy';
import { useUsage } from './usage';
import { useMayWrite } from './writable';

const words = texts.lists;

/** Lists that are asked for at once: each comes with all of its entries. */
const LIMIT = 50;

/** The lists that an address may be put on; those that the request was refused by come first. */
export function WritableLists(props: {
  address: Range;
  request: string | undefined;
  onChosen: (list: ListDocument) => void;
}) {
  const mayAny = useMay()('lists.write');
  const mayWrite = useMayWrite();
  const { cursor, buttons } = usePaging();
  const usage = useUsage();
  const now = useNow();
  const refusing = useRefusingLists(props.request);
  const query = useQuery({
    queryKey: ['lists', 'table', undefined, cursor],
    queryFn: () => answer(api.GET('/api/v1/lists', { params: { query: { limit: LIMIT, cursor } } })),
  });
  if (!mayAny) return <Nobody />;
  return (
    <Loaded query={query}>
      {(page) => {
        const first = cursor ? [] : refusing;
        const others = page.items.filter((list) => !refusing.some((one) => one.id === list.id));
        const rows = [...first, ...others].filter((list) => mayWrite(list.tenant));
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
                        <Badge variant="outline" color="orange" tt="none">
                          {words.address.refused}
                        </Badge>
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
                  cell: (list) => list.entries.length.toLocaleString(),
                },
                { head: words.columns.usedBy, cell: (list) => <UsedBy uses={usage?.of(list.id ?? '')} /> },
                { head: words.columns.is, cell: (list) => standingOf(list, props.address, now).told },
                {
                  head: words.columns.actions,
                  cell: (list) =>
                    standingOf(list, props.address, now).open && (
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
            {usage && !usage.all && (
              <Text size="sm" c="dimmed">
                {words.usedBy.notAll}
              </Text>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

/** Where no list can be changed: whom to ask. */
function Nobody() {
  return <Empty title={words.address.none}>{words.address.noneDetail}</Empty>;
}
