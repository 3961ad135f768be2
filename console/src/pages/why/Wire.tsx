import { Stack, Table, Text, Title } from '@mantine/core';
import type { Schemas } from '../../api/client';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import { Foreign } from './Foreign';
import { detailOf, type Header } from './recorded';
import classes from './Why.module.css';

const words = texts.why;

/** What passed between caller, gateway and upstream, as far as it was kept; closed until it is wanted. */
export function WireTold(props: { explained: Schemas['ExplainedCall'] }) {
  const { wire } = props.explained.found;
  const received = detailOf(props.explained).headers?.received ?? [];
  const capture = wire?.capture;
  if (!wire && received.length === 0) return null;
  return (
    <details className={classes.details}>
      <summary>{words.wire}</summary>
      <Stack gap="sm">
        {capture ? (
          <Part title={words.sentByCaller} message={capture.request} />
        ) : (
          received.length > 0 && <Part title={words.received} message={{ headers: received }} />
        )}
        {wire?.to_upstream && <Moved title={words.wireToUpstream} changes={wire.to_upstream} />}
        {wire?.changes && <Made changes={wire.changes} />}
        {capture?.response && <Part title={words.answered} message={capture.response} />}
        {capture && (
          <>
            <Moved title={words.got(capture.got.status)} changes={capture.got} />
            {(capture.got.headers ?? []).length > 0 && (
              <Headers title={words.got(capture.got.status)} rows={capture.got.headers ?? []} />
            )}
          </>
        )}
      </Stack>
    </details>
  );
}

function Part(props: { title: string; message: Partial<Schemas['CapturedMessage']> }) {
  const { headers = [], body } = props.message;
  return (
    <section aria-label={props.title}>
      <Title order={3}>{props.title}</Title>
      {headers.length > 0 && <Headers title={props.title} rows={headers} />}
      {body && body.bytes > 0 && (
        <>
          <Text size="sm">
            {words.body(body.bytes)}
            {body.cut && `. ${words.cut}`}
          </Text>
          {body.left_out && (
            <Text size="sm" c="dimmed">
              <Shown text={words.leftOut(body.left_out)} />
            </Text>
          )}
          {typeof body.text === 'string' && <Foreign text={body.text} what={words.body(body.bytes)} />}
        </>
      )}
    </section>
  );
}

function Moved(props: { title: string; changes: Schemas['HeaderChanges'] }) {
  const { added, removed, changed } = props.changes;
  if (added.length + removed.length + changed.length === 0) return null;
  const rows: Array<[string, string, string]> = [
    ...removed.map(([name, value]): [string, string, string] => [words.removed, name, value]),
    ...added.map(([name, value]): [string, string, string] => [words.added, name, value]),
    ...changed.map(([name, was, is]): [string, string, string] => [words.changed, name, `${was} → ${is}`]),
  ];
  return (
    <section aria-label={props.title}>
      <Title order={3}>{props.title}</Title>
      <Rows title={props.title} rows={rows} />
    </section>
  );
}

/** What policies changed and hid: names, places and shapes. */
function Made(props: { changes: Schemas['MessageChanges'] }) {
  const { request = [], response = [], masked = [] } = props.changes;
  const rows = (changes: Schemas['MessageChange'][]) =>
    changes.map(({ did, what, before, after, policy }) => [
      did === what ? what : `${did} ${what}`.trim(),
      before === after ? (before ?? '') : `${before ?? '–'} → ${after ?? '–'}`,
      policy,
    ]);
  const hidden = masked.map(({ rule, count, policy }) => [rule, words.hiddenValues(count), policy]);
  const lists: Array<[string, string[][]]> = [
    [words.madeInRequest, rows(request as Schemas['MessageChange'][])],
    [words.madeInAnswer, rows(response as Schemas['MessageChange'][])],
    [words.hidden, hidden as string[][]],
  ];
  return lists
    .filter(([, rows]) => rows.length > 0)
    .map(([title, rows]) => (
      <section key={title} aria-label={title}>
        <Title order={3}>{title}</Title>
        <Rows title={title} rows={rows} />
      </section>
    ));
}

function Headers(props: { title: string; rows: Header[] }) {
  return <Rows title={props.title} rows={props.rows} />;
}

function Rows(props: { title: string; rows: string[][] }) {
  return (
    <Table aria-label={props.title} layout="fixed" verticalSpacing={2} fz="sm">
      <Table.Tbody>
        {props.rows.map((row, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a header may come twice, and their order stays
          <Table.Tr key={at}>
            {row.map((cell, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns stay in their order
              <Table.Td key={column} w={column === row.length - 1 ? undefined : '30%'}>
                <Shown text={cell} mono={column > row.length - 3} />
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
