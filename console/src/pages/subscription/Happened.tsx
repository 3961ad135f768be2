import { Text, Timeline } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../../api/client';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { SubscriptionState } from './SubscriptionState';
import type { SubscriptionState as State } from './standing';

const words = texts.approvals.history;

type Told = Schemas['Told'];

/** What happened to a subscription, the oldest first. */
export function Happened(props: { of: string }) {
  const query = useQuery({
    queryKey: ['subscription', props.of, 'history'],
    queryFn: () =>
      answer(api.GET('/api/v1/subscriptions/{id}/history', { params: { path: { id: props.of } } })),
  });
  return (
    <Section title={words.title}>
      <Loaded query={query}>
        {(lines) => (
          <Timeline bulletSize={14} lineWidth={2} active={lines.length} role="list">
            {lines.map((line, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added at the end
              <Timeline.Item key={at} role="listitem" title={<Line of={line} />}>
                <Said by={line} />
              </Timeline.Item>
            ))}
          </Timeline>
        )}
      </Loaded>
    </Section>
  );
}

/** What became of it: a state, a reminder, or other members that changed. */
function Line(props: { of: Told }) {
  const { became, event } = props.of;
  if (event) return <>{words.events[event] ?? event}</>;
  if (typeof became.state === 'string') return <SubscriptionState of={{ state: became.state as State }} />;
  return <>{words.changed}</>;
}

/** Members that a line tells by itself, or that everybody sees on the page. */
const TOLD = [
  'state',
  'decided_at',
  'decided_by',
  'requested_at',
  'requested_by',
  'comment',
  'app',
  'service',
];

function Said(props: { by: Told }) {
  const { at_ms, who, comment, became } = props.by;
  const others = Object.entries(became).filter(([name, value]) => !TOLD.includes(name) && value !== comment);
  return (
    <Text size="sm" component="div">
      <Time at={at_ms} by={who} />
      {comment && (
        <div>
          “<Shown text={comment} />”
        </div>
      )}
      {others.map(([name, value]) => (
        <div key={name}>
          <code>{name}</code>: {value === null ? words.gone : <Shown text={written(value)} mono />}
        </div>
      ))}
    </Text>
  );
}

function written(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join(', ') : JSON.stringify(value);
}
