import { Box, Group, List, Stack, Table, Text, Title } from '@mantine/core';
import { IconCircleMinus, IconCirclePlus, IconEqual, IconPencil } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import type { Schemas } from '../../api/client';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import classes from './ImportReport.module.css';

/** Names of one kind that are listed. */
const LISTED = 200;

/** What an import would do: to operations, besides, and what of the document it does not do. */
export function ImportReport(props: { answer: Schemas['Imported'] }) {
  const words = texts.services.import;
  const { difference, report, also, found, dialect, document_kept } = props.answer;
  const head = useRef<HTMLHeadingElement>(null);
  // It comes below a long form: whoever asked for it is brought to it.
  useEffect(() => {
    head.current?.focus({ preventScroll: true });
    head.current?.scrollIntoView({ block: 'start' });
  }, []);
  return (
    <Stack gap="xs" component="section" aria-label={words.result} className={classes.report}>
      <Title order={3} ref={head} tabIndex={-1} className={classes.head}>
        {words.result}
      </Title>
      <Text size="sm">
        <Shown text={words.read(found, dialect)} />
      </Text>
      <Title order={4} fz="sm">
        {words.difference}
      </Title>
      <Names icon={<IconCirclePlus size={16} />} head={words.added} names={difference.added} />
      <Names
        icon={<IconPencil size={16} />}
        head={words.changed}
        names={difference.changed.map((one) => `${one.operation}: ${one.members.join(', ')}`)}
      />
      <Names icon={<IconCircleMinus size={16} />} head={words.removed} names={difference.removed} />
      {difference.unchanged > 0 && (
        <Group gap={6}>
          <IconEqual size={16} aria-hidden />
          <Text size="sm">{words.unchanged(difference.unchanged)}</Text>
        </Group>
      )}
      {difference.kept.length > 0 && (
        <Names
          icon={<IconPencil size={16} />}
          head={() => words.kept}
          names={difference.kept.map((one) =>
            one.member ? `${one.operation}: ${one.member} ${JSON.stringify(one.here)}` : one.operation,
          )}
        />
      )}
      {also.length > 0 && (
        <>
          <Title order={4} fz="sm">
            {words.made}
          </Title>
          <List size="sm">
            {also.map((one) => (
              <List.Item key={one}>
                <Shown text={one} />
              </List.Item>
            ))}
          </List>
        </>
      )}
      <Title order={4} fz="sm">
        {words.report}
      </Title>
      {report.lines.length === 0 ? <Text size="sm">{words.clean}</Text> : <Lines report={report} />}
      {!document_kept && <Text size="sm">{words.notKept}</Text>}
    </Stack>
  );
}

function Names(props: { icon: ReactNode; head: (n: number) => string; names: string[] }) {
  const { names } = props;
  if (names.length === 0) return null;
  const rest = names.length - LISTED;
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <Box component="span" aria-hidden mt={2} lh={1}>
        {props.icon}
      </Box>
      <Text size="sm">
        <b>{props.head(names.length)}:</b> <Shown text={names.slice(0, LISTED).join(', ')} first={600} />
        {rest > 0 && ` +${rest}`}
      </Text>
    </Group>
  );
}

function Lines(props: { report: Schemas['Imported']['report'] }) {
  const words = texts.services.import;
  return (
    <>
      <Table aria-label={words.report} className={classes.lines}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{words.what}</Table.Th>
            <Table.Th scope="col">{words.instead}</Table.Th>
            <Table.Th scope="col">{words.place}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.report.lines.map((line) => (
            <Table.Tr key={`${line.pointer} ${line.what}`}>
              <Table.Td>
                <Shown text={line.what} />
              </Table.Td>
              <Table.Td>
                <Shown text={line.instead} />
              </Table.Td>
              <Table.Td>
                <Shown text={line.pointer || words.whole} mono={line.pointer !== ''} />
                {line.more > 0 && ` ${words.morePlaces(line.more)}`}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {props.report.omitted > 0 && <Text size="sm">{words.omitted(props.report.omitted)}</Text>}
    </>
  );
}
