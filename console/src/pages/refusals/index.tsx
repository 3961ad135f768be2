import { Box, SimpleGrid, Stack, Text } from '@mantine/core';
import { useRef } from 'react';
import type { Schemas } from '../../api/client';
import { Failure } from '../../parts/Failure';
import { Loaded } from '../../parts/Loaded';
import { Page } from '../../parts/Page';
import { texts } from '../../texts';
import { Chips } from './Chips';
import { FilterForm } from './Filters';
import { Groups } from './Groups';
import { List } from './List';
import { Live } from './Live';
import { useLooked } from './looked';
import { type Counts, Nothing } from './Nothing';
import { OverTime } from './OverTime';
import { useCalls, useDenials, useMostBars } from './queries';
import { windowOf } from './span';
import { TimeRange } from './TimeRange';
import { WhoseTabs } from './Whose';

/** Refusals: which there are, what they have in common, when they came, and the requests behind them. */
export default function RefusalsPage() {
  const { at } = useLooked();
  const most = useMostBars();
  const filters = useRef<HTMLDivElement>(null);
  const calls = useCalls(at, most);
  const denials = useDenials(at, most);
  const counts = denials.data && countsOf(denials.data);
  const refresh = () => void Promise.all([calls.refetch(), denials.refetch()]);
  const words = texts.refusals;
  return (
    <Page
      title={words.title}
      about={words.about}
      actions={<Live asOf={calls.dataUpdatedAt} onRefresh={refresh} />}
    >
      <TimeRange at={at} window={windowOf(at.span, Date.now(), most)} />
      <Stack gap="sm" ref={filters} tabIndex={-1} style={{ outline: 'none' }}>
        <FilterForm />
        <Chips at={at} place={filters} />
      </Stack>
      <div>
        <WhoseTabs at={at} counts={counts} />
        <Text size="sm" c="dimmed" mt={6}>
          {words.whose.about[at.whose]}
        </Text>
      </div>
      {denials.data && (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
          {denials.data.series && <OverTime series={denials.data.series} />}
          <Groups at={at} denials={denials.data} />
        </SimpleGrid>
      )}
      {/* What the list's own failure says already is not said twice. */}
      {denials.error && !calls.error && <Failure error={denials.error} />}
      <Box aria-busy={calls.isPlaceholderData} style={{ opacity: calls.isPlaceholderData ? 0.6 : 1 }}>
        <Loaded query={calls}>
          {(page) =>
            page.items.length > 0 ? <List at={at} calls={page} /> : <Nothing at={at} counts={counts} />
          }
        </Loaded>
      </Box>
    </Page>
  );
}

/** How many requests there are of each kind. */
function countsOf({ refused, origin_refused, ...counted }: Schemas['DenialCounts']): Counts {
  const series = counted.series ?? [];
  // What passed is told of parts of the time only, and not where the filters fit refusals alone.
  const whole = series.length > 0 && series.every((bucket) => typeof bucket.allowed === 'number');
  const allowed = series.reduce((total, bucket) => total + (bucket.allowed ?? 0), 0);
  return { refused, origin_refused, ...(whole && { allowed }) };
}
