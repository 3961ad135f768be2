import { Button, Table, Text } from '@mantine/core';
import { type RefObject, useRef, useState } from 'react';
import type { Schemas } from '../../api/client';
import { Section } from '../../parts/Page';
import { texts } from '../../texts';
import { Chart, Legend } from './Chart';
import classes from './Chart.module.css';
import { LookLink } from './LookLink';
import { timeOf } from './looked';
import { named } from './span';

const words = texts.refusals.chart;

/** Refusals over time, as a chart or as the table of its numbers. */
export function OverTime({ series }: { series: Schemas['DenialSlice'][] }) {
  const [asTable, setAsTable] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  return (
    <div ref={place} tabIndex={-1} className={classes.place}>
      <Section
        title={words.title}
        actions={
          <Button variant="subtle" size="compact-sm" onClick={() => setAsTable(!asTable)}>
            {asTable ? words.asChart : words.asTable}
          </Button>
        }
      >
        {asTable ? <Numbers series={series} place={place} /> : <Chart series={series} place={place} />}
        {!asTable && <Legend />}
        {!asTable && (
          <Text size="xs" c="dimmed">
            {series.some(refusals) ? words.hint : words.none}
          </Text>
        )}
      </Section>
    </div>
  );
}

const refusals = (bucket: Schemas['DenialSlice']) => bucket.refused + bucket.origin_refused > 0;

/** The numbers of the chart. Parts without a refusal are left out. */
function Numbers({
  series,
  place,
}: {
  series: Schemas['DenialSlice'][];
  place: RefObject<HTMLElement | null>;
}) {
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
              <LookLink change={timeOf(bucket.from_ms, bucket.until_ms)} place={place}>
                {named(bucket.from_ms)} – {named(bucket.until_ms)}
              </LookLink>
            </Table.Th>
            <Table.Td ta="end">{bucket.refused.toLocaleString()}</Table.Td>
            <Table.Td ta="end">{bucket.origin_refused.toLocaleString()}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
