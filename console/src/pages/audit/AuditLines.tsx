import { Button, Text } from '@mantine/core';
import type { Schemas } from '../../api/client';
import { useMe } from '../../api/me';
import { DataTable } from '../../parts/DataTable';
import { PageLink } from '../../parts/links';
import { Shown } from '../../parts/Shown';
import { useAddress } from '../../parts/search';
import { ThingLink } from '../../parts/ThingLink';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { AuditDetail } from './AuditDetail';

const words = texts.audit;

/** The place of a line, as the API writes it. */
const placeOf = (line: Schemas['AuditLine']) => `${line.sequence}.${line.ordinal}`;

/** Lines of the trail; each opens to what changed. Which one is open stands in the address. */
export function AuditLines(props: {
  lines: Schemas['AuditLine'][];
  next: (() => void) | undefined;
  first: (() => void) | undefined;
}) {
  const [{ open }, change] = useAddress();
  const mayRevisions = useMe()?.platform.includes('revisions.read') ?? false;
  return (
    <DataTable
      caption={words.caption}
      rows={props.lines}
      id={placeOf}
      next={props.next}
      first={props.first}
      below={(line) => placeOf(line) === open && <AuditDetail line={line} />}
      columns={[
        { head: words.columns.at, cell: (line) => <Time at={line.at_ms} /> },
        { head: words.columns.who, cell: (line) => <Who line={line} /> },
        {
          head: words.columns.did,
          cell: (line) => (
            <>
              <Did line={line} />{' '}
              <Button
                size="compact-xs"
                variant="subtle"
                mih={24}
                aria-expanded={placeOf(line) === open}
                aria-label={words.openOf(`${word(line.did)} ${line.kind ?? ''} ${line.id ?? ''}`)}
                onClick={() => change({ open: placeOf(line) === open ? undefined : placeOf(line) }, true)}
              >
                {words.open}
              </Button>
            </>
          ),
        },
        {
          head: words.columns.comment,
          cell: (line) => line.comment && <Shown text={line.comment} first={120} />,
        },
        {
          head: words.columns.revision,
          cell: ({ revision }) =>
            revision != null &&
            (mayRevisions ? (
              <PageLink
                to="/revisions/$number"
                params={{ number: String(revision) }}
                aria-label={words.revisionOf(revision)}
              >
                {revision}
              </PageLink>
            ) : (
              revision
            )),
        },
      ]}
    />
  );
}

/** What was done, in a word; events have names of their own. */
function word(did: string): string {
  return words.did[did] ?? did.replaceAll('_', ' ');
}

function Who({ line }: { line: Schemas['AuditLine'] }) {
  return (
    <>
      <Shown text={line.who} first={80} />
      <Text size="xs" c="dimmed">
        {words.actor[line.actor] ?? line.actor}
        {line.from && (
          <>
            {' '}
            {words.from} <Shown text={line.from} mono whole />
          </>
        )}
      </Text>
    </>
  );
}

function Did({ line }: { line: Schemas['AuditLine'] }) {
  return (
    <>
      <b>{word(line.did)}</b>
      {line.kind && <> {line.kind.replaceAll('_', ' ')}</>}
      {line.kind && line.id && (
        <>
          {' '}
          <ThingLink kind={line.kind} id={line.id} gone={line.did === 'removed'} />
        </>
      )}
      {line.tenant && (
        <>
          {' '}
          {words.in} <Shown text={line.tenant} first={80} />
        </>
      )}
    </>
  );
}
