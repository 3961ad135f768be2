import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Schemas } from '../../api/client';
import { useMay } from '../../api/me';
import { Copy } from '../../parts/Copy';
import { PageLink } from '../../parts/links';
import { Thing } from '../../parts/picture/Worth';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import classes from './Why.module.css';

const words = texts.why;

/** The sentence above everything: who called what, how it ended, at which stage, by which rules. */
export function Head(props: { explained: Schemas['ExplainedCall'] }) {
  const { found, record } = props.explained;
  const { asked, refusal } = found;
  return (
    <div className={classes.head}>
      <Text component="p" size="md" c="var(--mantine-color-text)">
        <code>
          <Shown text={`${asked.method} ${asked.path}`} first={200} />
        </code>{' '}
        {asked.app ? (
          <>
            {words.by} <Thing kind="app" id={asked.app} />
          </>
        ) : (
          words.nobodyKnown
        )}{' '}
        →{' '}
        {refusal ? (
          <b className={classes.bad}>
            {refusal.status} <Shown text={refusal.code} mono />
          </b>
        ) : (
          <b>{words.passedOn}</b>
        )}
        {refusal && (
          <>
            {': '}
            <Shown text={refusal.title} />
          </>
        )}
      </Text>
      <ul className={classes.facts}>
        {refusal && <li>{words.stage(refusal.stage, refusal.stage_number)}</li>}
        {asked.service && (
          <li>
            {words.service} <Thing kind="service" id={asked.service} />{' '}
            {asked.version && <Shown text={asked.version} />}
          </li>
        )}
        {asked.operation && (
          <li>
            {words.operation} <Shown text={asked.operation} mono />
          </li>
        )}
        {asked.credential && (
          <li>
            {words.key} <Thing kind="key" id={asked.credential} />
          </li>
        )}
        {asked.subscription && (
          <li>
            {words.subscription} <Thing kind="subscription" id={asked.subscription} />
          </li>
        )}
        {named(props.explained, 'list').map((list) => (
          <li key={list}>
            {words.list} <Thing kind="list" id={list} />
          </li>
        ))}
        {asked.address && (
          <li>
            {words.from} <Shown text={asked.address} mono />
            {asked.provenance && asked.provenance !== 'peer' && <Shown text={` (${asked.provenance})`} />}
          </li>
        )}
        {found.revision && (
          <li>
            {words.revision} <Revision name={found.revision} />
          </li>
        )}
        {record?.client_request_id && (
          <li>
            {words.clientId} <Shown text={record.client_request_id} mono />
          </li>
        )}
        <li>
          <Time at={found.at} />
        </li>
      </ul>
      {found.id && (
        <Group gap={4}>
          <Text size="sm">{texts.common.requestId}</Text>
          <code>{found.id}</code>
          <Copy text={found.id} what={texts.common.requestId} />
        </Group>
      )}
    </div>
  );
}

/** Names in the evidence of the refusal. */
function named({ found }: Schemas['ExplainedCall'], name: string): string[] {
  const value = found.refusal?.evidence?.find((one) => one.name === name)?.value;
  return Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
}

/** A revision by its name, `41 (9f3ac2)`, linked for whoever may read revisions. */
export function Revision(props: { name: string; children?: ReactNode }) {
  const may = useMay();
  const number = /^\d+/.exec(props.name)?.[0];
  const shown = props.children ?? <Shown text={props.name} />;
  if (!number || !may('revisions.read')) return shown;
  return (
    <PageLink to="/revisions/$number" params={{ number }}>
      {shown}
    </PageLink>
  );
}
