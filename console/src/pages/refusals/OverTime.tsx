import { Button, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { DenialBucket } from '../../api/answers/calls';
import { PageLink } from '../../parts/links';
import { Section } from '../../parts/Page';
import { texts } from '../../texts';
import { Chart, Legend } from './Chart';
import { changed, timeOf } from './looked';
import { named } from './span';

const words = texts.refusals.chart;

/** Refusals over time, as a chart or as the table of its numbers. */
export function OverTime({ series }: { series: DenialBucket[] }) {
  const [asTable, setAsTable] = useState(false);
  return (
    <Section
      title={words.title}
      actions={
        <Button variant="subtle" size="compact-sm" onClick={() => setAsTable(!asTable)}>
          {asTable ? words.asChart : words.asTable}
        </Button>
      }
    >
      {asTable ? <Numbers series={series} /> : <Chart series={series} />}
      {!asTable && <Legend />}
      {!asTable && (
        <Text size="xs" c="dimmed">
          {series.some(refusals) ? words.hint : words.none}
        </Text>
      )}
    </Section>
  );
}

const refusals = (bucket: DenialBucket) => bucket.refused + bucket.origin_refused > 0;

/** The numbers of the chart. Parts without a refusal are left out. */
function Numbers({ series }: { series: DenialBucket[] }) {
  const rows = series.filter(refusals);
  if (rows.length === 0) return <Text size="sm">{words.none}</Text>;
  return (
    <Table aria-label={words.table}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{words.columns.time}</Table.Th>
          <Table.Th scope="col" ta="end">
            {words.columns.ours}
          </Table.Th>
          <Table.Th scope="col" ta="end">
            {words.columns.theirs}
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((bucket) => (
          <Table.Tr key={bucket.from_ms}>
            <Table.Th scope="row" fw={400}>
              <PageLink
                to="/refusals"
                search={changed(timeOf(bucket.from_ms, bucket.until_ms))}
                resetScroll={false}
              >
                {named(bucket.from_ms)} – {named(bucket.until_ms)}
              </PageLink>
            </Table.Th>
            <Table.Td ta="end">{bucket.refused.toLocaleString()}</Table.Td>
            <Table.Td ta="end">{bucket.origin_refused.toLocaleString()}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
