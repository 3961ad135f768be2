import { Button, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { texts } from '../texts';
import classes from './Changes.module.css';
import { type Change, changesOf } from './difference';
import { Shown } from './Shown';

const words = texts.audit.changes;

/** Changes that are shown before one asks for all. */
const FIRST = 100;

const SIGN = { added: '+', removed: '−', changed: '~' } as const;

/** How two documents differ, member by member: a sign and a word say what came, went and changed. */
export function Changes(props: { before: unknown; after: unknown; label?: string }) {
  const { before, after } = props;
  const changes = useMemo(() => changesOf(before, after), [before, after]);
  return <ChangeList changes={changes} label={props.label ?? words.label} />;
}

/** Differences that are known already. */
export function ChangeList(props: { changes: Change[]; label: string }) {
  const [all, setAll] = useState(false);
  if (props.changes.length === 0) return <Text size="sm">{words.nothing}</Text>;
  const shown = all ? props.changes : props.changes.slice(0, FIRST);
  return (
    <>
      <ul className={classes.list} aria-label={props.label}>
        {shown.map((change, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same may have changed twice, and nothing moves
          <Row key={at} change={change} />
        ))}
      </ul>
      {shown.length < props.changes.length && (
        <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
          {words.all(props.changes.length)}
        </Button>
      )}
    </>
  );
}

function Row({ change }: { change: Change }) {
  const { did, path, before, after } = change;
  return (
    <li className={`${classes.change} ${classes[did]}`}>
      <span className={classes.did}>
        <span className={classes.sign} aria-hidden>
          {SIGN[did]}
        </span>
        {words[did]}
      </span>
      <div>
        <span className={classes.path}>
          <Shown text={path} mono />
        </span>
        {before !== undefined && (
          <span className={classes.value}>
            {after !== undefined && <>{words.before} </>}
            <del>
              <Shown text={before} mono />
            </del>
          </span>
        )}
        {after !== undefined && (
          <span className={classes.value}>
            {before !== undefined && <>{words.after} </>}
            <ins>
              <Shown text={after} mono />
            </ins>
          </span>
        )}
      </div>
    </li>
  );
}
