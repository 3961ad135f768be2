import { Text } from '@mantine/core';
import type { Schemas } from '../../api/client';
import { Section } from '../../parts/Page';
import { Thing } from '../../parts/picture/Worth';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { Revision } from './Head';

const words = texts.why;

/** Since when a request like this is refused, and by whose change. */
export function Since(props: { since: Schemas['Since'] }) {
  return (
    <Section title={words.since}>
      <Text size="sm" component="div">
        <Words since={props.since} />
      </Text>
    </Section>
  );
}

function Words({ since }: { since: Schemas['Since'] }) {
  switch (since.kind) {
    case 'always':
      return (
        <>
          {words.always} {typeof since.oldest === 'number' && words.oldest(since.oldest)}
        </>
      );
    case 'revision':
      return (
        <>
          {words.before(since.allowed_before)} {words.untilRevision(since.before)} {words.sinceRevision}{' '}
          <Revision name={String(since.since)}>{words.revisionNumber(since.since)}</Revision>.
          {since.gone && since.gone.length > 0 && ` ${words.gone(since.gone)}`}
          <By by={since.by} requests={since.requests} />
        </>
      );
    case 'row':
      return (
        <>
          {words.before(since.allowed_before)} {words.sinceRow(since.sequence, since.row)}{' '}
          <Thing kind={since.row === 'credential' ? 'key' : since.row} id={since.id} />.
          <By by={since.by} requests={since.requests} />
        </>
      );
    case 'moment':
      return (
        <>
          <Time at={since.at * 1000} /> (<Shown text={since.what} />)
        </>
      );
    default:
      return <>{words.none}</>;
  }
}

function By(props: { by: Schemas['Who']; requests: number | null | undefined }) {
  const { who, at, comment } = props.by;
  return (
    <>
      <div>
        {who && (
          <>
            {words.changedBy} <Shown text={who} />{' '}
          </>
        )}
        {words.changedAt} <Time at={at} />
      </div>
      {comment && (
        <div>
          {words.theirComment}: <q>{<Shown text={comment} />}</q>
        </div>
      )}
      {typeof props.requests === 'number' && <div>{words.count(props.requests)}</div>}
    </>
  );
}
