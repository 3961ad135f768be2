import { Badge, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Schemas } from '../api/client';
import { texts } from '../texts';
import { ChangeList } from './Changes';
import type { Change } from './difference';
import { Shown } from './Shown';
import { ThingLink } from './ThingLink';

const words = texts.audit.changes;

/** Documents that are shown before one asks for all. */
const FIRST = 50;

const COLOUR = { add: 'green', change: 'orange', remove: 'red' } as const;

/**
 * What a plan changes, document by document. With `ahead` it is still to be done: what it adds is not there
 * yet, and what it removes still is.
 */
export function PlanChanges(props: { plan: Schemas['Plan']; ahead?: boolean }) {
  const [all, setAll] = useState(false);
  const { changes, same, notes } = props.plan;
  const shown = all ? changes : changes.slice(0, FIRST);
  return (
    <Stack gap="xs">
      {notes?.map((note) => (
        <Text key={note} size="sm">
          <Shown text={note} />
        </Text>
      ))}
      <Text size="sm" c="dimmed">
        {changes.length === 0 ? words.nothing : words.documents(changes.length, same)}
      </Text>
      {shown.map((one) => (
        <Document
          key={`${one.kind}/${one.id}`}
          planned={one}
          there={one.does === 'change' || (one.does === 'add') !== Boolean(props.ahead)}
        />
      ))}
      {shown.length < changes.length && (
        <div>
          <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
            {words.all(changes.length)}
          </Button>
        </div>
      )}
    </Stack>
  );
}

function Document({ planned, there }: { planned: Schemas['Planned']; there: boolean }) {
  const { does, kind, id, differences = [], more } = planned;
  return (
    <Paper withBorder p="xs" component="article" aria-label={`${words.does[does]} ${kind} ${id}`}>
      <Group gap="xs">
        <Badge variant="outline" color={COLOUR[does]} tt="none">
          {words.does[does]}
        </Badge>
        <span>
          {kind.replaceAll('_', ' ')} <ThingLink kind={kind} id={id} gone={!there} />
        </span>
      </Group>
      {differences.length > 0 && (
        <ChangeList changes={differences.map(changeOf)} label={words.of(kind, id)} />
      )}
      {more > 0 && (
        <Text size="sm" c="dimmed">
          {words.more(more)}
        </Text>
      )}
    </Paper>
  );
}

/** What the API found, as it is shown. */
function changeOf({ path, before, after }: Schemas['Difference']): Change {
  if (before == null) return { did: 'added', path, after: after ?? '' };
  if (after == null) return { did: 'removed', path, before };
  return { did: 'changed', path, before, after };
}
