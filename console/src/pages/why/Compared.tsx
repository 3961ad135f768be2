import { Table, Text } from '@mantine/core';
import type { Schemas } from '../../api/client';
import { PageLink } from '../../parts/links';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';

const words = texts.why;

/** What was different when the same app last called the same operation and passed. */
export function Compared(props: { compared: Schemas['Comparison'] }) {
  const { id, at, differences } = props.compared;
  return (
    <Section title={words.compared}>
      <Text size="sm">
        {words.lastAllowed}{' '}
        <PageLink to="/requests/$id" params={{ id }}>
          <code>{id}</code>
        </PageLink>
        , <Time at={at} />
      </Text>
      {differences.length === 0 ? (
        <Text size="sm">{words.noDifference}</Text>
      ) : (
        <Table aria-label={words.compared} verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{words.difference}</Table.Th>
              <Table.Th scope="col">{words.thatTime}</Table.Th>
              <Table.Th scope="col">{words.thisTime}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {differences.map((one) => (
              <Table.Tr key={one.what}>
                <Table.Th scope="row" fw={500}>
                  <Shown text={one.what} />
                </Table.Th>
                <Table.Td>
                  <Value told={one.then} />
                </Table.Td>
                <Table.Td>
                  <Value told={one.now} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}

function Value({ told }: { told: string | null | undefined }) {
  return typeof told === 'string' ? <Shown text={told} /> : words.absent;
}
