import { Text } from '@mantine/core';
import { useRef } from 'react';
import type { Schemas } from '../../api/client';
import { useCodeTitle } from '../../api/denialCodes';
import { CodeBadge, OutcomeBadge } from '../../parts/CodeBadge';
import { type Column, DataTable } from '../../parts/DataTable';
import { PageLink } from '../../parts/links';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import classes from './List.module.css';
import { type Looked, useLooked } from './looked';

type Call = Schemas['CallRow'];

const words = texts.refusals.list;

/** The requests, newest first, a page at a time; each leads to why it ended as it did. */
export function List({ at, calls }: { at: Looked; calls: Schemas['CallsPage'] }) {
  const { go } = useLooked();
  const top = useRef<HTMLDivElement>(null);
  const turn = (before: string | undefined) => {
    go({ before });
    top.current?.focus({ preventScroll: true });
    top.current?.scrollIntoView();
  };
  const { next } = calls;
  return (
    <div ref={top} tabIndex={-1} className={classes.top}>
      <Section title={words.title}>
        <DataTable
          caption={words.caption}
          columns={COLUMNS}
          rows={calls.items}
          id={(call) => call.id}
          next={next ? () => turn(next) : undefined}
          first={at.before ? () => turn(undefined) : undefined}
        />
      </Section>
    </div>
  );
}

const text = (value: string | null | undefined, none: string) =>
  value ? (
    <span className={classes.whole}>
      <Shown text={value} first={120} />
    </span>
  ) : (
    <Text span size="sm" c="dimmed">
      {none}
    </Text>
  );

const COLUMNS: Array<Column<Call>> = [
  {
    head: words.request,
    cell: (call) => (
      <div>
        <PageLink size="sm" to="/requests/$id" params={{ id: call.id }}>
          <Shown text={asked(call)} first={120} />
        </PageLink>
        <Text size="xs" c="dimmed">
          <Time at={call.at_ms} />
        </Text>
      </div>
    ),
  },
  { head: words.status, cell: (call) => (call.status ? String(call.status) : words.noAnswer) },
  { head: words.code, cell: (call) => <Result call={call} /> },
  { head: words.app, cell: (call) => text(call.app, words.noApp) },
  { head: words.operation, cell: (call) => text(operation(call), words.nothing) },
  { head: words.address, cell: (call) => text(call.address, words.nothing) },
  {
    head: words.fault,
    cell: (call) => {
      const faults: Record<string, string> = texts.refusals.faults;
      return text(call.fault && (faults[call.fault] ?? call.fault), words.nothing);
    },
  },
];

/** How a request ended, and how many the row stands for. */
function Result({ call }: { call: Call }) {
  const title = useCodeTitle()(call.code);
  return (
    <div>
      {call.code ? (
        <CodeBadge code={call.code} outcome={call.outcome} />
      ) : (
        <OutcomeBadge outcome={call.outcome} />
      )}
      {title && (
        <Text size="xs" c="dimmed">
          {title}
        </Text>
      )}
      {call.represents > 1 && (
        <Text size="xs" c="dimmed">
          {words.represents(call.represents)}
        </Text>
      )}
    </div>
  );
}

/** What was asked for, as far as it could be read. */
function asked(call: Call): string {
  return [call.method, call.path].filter(Boolean).join(' ') || words.unread;
}

function operation(call: Call): string | undefined {
  return [call.service, call.version, call.operation].filter(Boolean).join('/') || undefined;
}
