import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { useCodeTitle } from '../../api/denialCodes';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import { Choices } from './Choices';
import classes from './Groups.module.css';
import { LookLink } from './LookLink';
import { filtersOf, GROUPINGS, type Grouping, type Looked } from './looked';
import { type Counted, GROUPS } from './queries';

const words = texts.refusals.groups;

/** Groups that are shown before one asks for more. */
const FIRST = 8;

/** What the refusals have in common, the most frequent first; each leads to its requests. */
export function Groups({ at, denials }: { at: Looked; denials: Counted }) {
  const [all, setAll] = useState(false);
  const { groups } = denials;
  const shown = all ? groups : groups.slice(0, FIRST);
  const total = denials.total || 1;
  const largest = groups[0]?.count || 1;
  return (
    <Section title={words.title}>
      <Choices
        label={words.label}
        chosen={at.by}
        choices={GROUPINGS.map((by) => ({
          key: by,
          label: words.by[by],
          // The page that is read stays: only the counts change.
          change: { by: by === 'code' ? undefined : by, before: at.before },
        }))}
      />
      {groups.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words.none}
        </Text>
      ) : (
        <ol
          className={`${classes.groups} ${at.whose === 'origin_refused' ? classes.theirs : ''}`}
          aria-label={words.list(words.by[denials.by])}
        >
          {shown.map((group) => (
            <li key={group.key}>
              <Bar
                group={group}
                by={denials.by}
                without={at.filters.without}
                share={group.count / total}
                width={group.count / largest}
              />
            </li>
          ))}
        </ol>
      )}
      {groups.length > FIRST && (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => setAll(!all)}
          aria-expanded={all}
          style={{ alignSelf: 'flex-start' }}
        >
          {all ? words.fewer : words.more(groups.length - FIRST)}
        </Button>
      )}
      {denials.more && (
        <Text size="xs" c="dimmed">
          {groups.length >= GROUPS ? words.cut(groups.length) : words.incomplete}
        </Text>
      )}
    </Section>
  );
}

const PERCENT = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });

function Bar(props: {
  group: Schemas['DenialGroup'];
  by: Grouping;
  without: string | undefined;
  share: number;
  width: number;
}) {
  const { count } = props.group;
  const key = props.group.key ?? null;
  const title = useCodeTitle()(props.by === 'code' ? key : undefined);
  const inside = (
    <>
      <span className={classes.bar} style={{ width: `${props.width * 100}%` }} aria-hidden />
      {key === null ? (
        <span className={classes.none}>{words.without[props.by]}</span>
      ) : (
        <span>
          <Shown text={nameOf(props.by, key)} first={120} />
          {title && <span className={classes.title}> {title}</span>}
        </span>
      )}
      <span className={classes.count}> {words.bar(count, PERCENT.format(props.share))}</span>
    </>
  );
  return (
    <LookLink change={filtersOf(props.by, key, props.without)} className={classes.group}>
      {inside}
    </LookLink>
  );
}

function nameOf(by: Grouping, key: string): string {
  const faults: Record<string, string> = texts.refusals.faults;
  return by === 'fault' ? (faults[key] ?? key) : key;
}
