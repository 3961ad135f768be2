import { List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleMinus, IconCirclePlus, IconPencil } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Schemas } from '../../api/client';
import { Shown } from '../../parts/Shown';
import { Standing } from '../../parts/Standing';
import { texts } from '../../texts';

/** What publishing a version changes for the callers of the last one: what breaks them is marked. */
export function Difference(props: { difference: Schemas['Difference2'] }) {
  const words = texts.services.difference;
  const { added, removed, changed, against } = props.difference;
  const count =
    removed.length + changed.flatMap((one) => one.changes).filter((change) => change.breaking).length;
  const same = added.length + removed.length + changed.length === 0;
  return (
    <Stack gap="xs" component="section" aria-label={words.title}>
      <Text size="sm" fw={600}>
        {words.title}
      </Text>
      <Text size="sm">{against ? <Shown text={words.against(against)} /> : words.first}</Text>
      {against && !same && (
        <div>
          <Standing tone={count > 0 ? 'bad' : 'good'} {...(count > 0 ? { icon: IconAlertTriangle } : {})}>
            {count > 0 ? words.breakingCount(count) : words.harmless}
          </Standing>
        </div>
      )}
      {same && <Text size="sm">{words.same}</Text>}
      <List size="sm" listStyleType="none" spacing={4}>
        {removed.map((name) => (
          <Row key={name} icon={<IconCircleMinus size={16} />} head={words.removed} name={name} breaking />
        ))}
        {changed.map(({ operation, changes, breaking }) => (
          <Row
            key={operation}
            icon={<IconPencil size={16} />}
            head={words.changed}
            name={operation}
            breaking={breaking}
          >
            <List size="sm">
              {changes.map((change) => (
                <List.Item key={change.member}>
                  <Member change={change} />
                </List.Item>
              ))}
            </List>
          </Row>
        ))}
        {added.map((name) => (
          <Row key={name} icon={<IconCirclePlus size={16} />} head={words.added} name={name} />
        ))}
      </List>
    </Stack>
  );
}

function Row(props: {
  icon: ReactNode;
  head: string;
  name: string;
  breaking?: boolean;
  children?: ReactNode;
}) {
  return (
    <List.Item
      icon={<span aria-hidden>{props.icon}</span>}
      styles={{ itemWrapper: { alignItems: 'flex-start' }, itemIcon: { marginTop: 3 } }}
    >
      {props.head}:{' '}
      <b>
        <Shown text={props.name} />
      </b>{' '}
      {props.breaking && (
        <Standing tone="bad" icon={IconAlertTriangle}>
          {texts.services.difference.breaking}
        </Standing>
      )}
      {props.children}
    </List.Item>
  );
}

function Member(props: { change: Schemas['MemberChange'] }) {
  const { member, before, after, breaking } = props.change;
  const words = texts.services.difference;
  const shown = (value: unknown) => (value == null ? words.nothing : JSON.stringify(value));
  return (
    <>
      <code>{member}</code>: {words.before} <Shown text={shown(before)} mono first={200} />, {words.after}{' '}
      <Shown text={shown(after)} mono first={200} />{' '}
      {breaking && (
        <Standing tone="bad" icon={IconAlertTriangle}>
          {words.breaking}
        </Standing>
      )}
    </>
  );
}
