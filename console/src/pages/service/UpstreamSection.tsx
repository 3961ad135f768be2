import { Button, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { Upstream, UpstreamHealth } from '../../api/answers/services';
import { codeOf } from '../../api/problem';
import { DataTable } from '../../parts/DataTable';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { useMayIn } from '../services/mayIn';
import { type Read, upstreamQuery } from './data';
import { EditTargets } from './EditTargets';
import { Facts } from './Facts';
import { healthQuery, shareOf, stateOfTarget, type Target, targetsOf } from './health';
import { Mark } from './State';

/** One upstream: its targets, the share of each, and how each is. */
export function UpstreamSection(props: { id: string; title: string }) {
  const query = useQuery(upstreamQuery(props.id));
  const health = useQuery({ ...healthQuery(props.id), enabled: query.data !== undefined });
  const may = useMayIn();
  const [editing, edit] = useDisclosure(false);
  const words = texts.services.upstream;
  const upstream = query.data?.value;
  const mayWrite = upstream !== undefined && may('upstreams.write', upstream.tenant);
  return (
    <Section
      title={props.title}
      actions={
        mayWrite && (
          <Button variant="default" size="xs" onClick={edit.open}>
            {words.edit}
          </Button>
        )
      }
    >
      {codeOf(query.error) === 'resource.not_found' ? (
        <Text size="sm">{words.notYours}</Text>
      ) : (
        <Loaded query={query}>
          {(read: Read<Upstream>) => <Targets upstream={read.value} health={health.data ?? undefined} />}
        </Loaded>
      )}
      {editing && query.data && <EditTargets read={query.data} onClose={edit.close} />}
    </Section>
  );
}

function Targets(props: { upstream: Upstream; health: UpstreamHealth | undefined }) {
  const { upstream, health } = props;
  const words = texts.services.upstream;
  const targets = targetsOf(upstream);
  const check = upstream.health_check;
  return (
    <Stack gap="sm">
      {upstream.description && (
        <Text size="sm">
          <Shown text={upstream.description} first={300} />
        </Text>
      )}
      <DataTable
        caption={props.upstream.id}
        rows={targets}
        id={(target) => target.address}
        columns={[
          { head: words.address, cell: (target) => <Shown text={target.address} mono /> },
          { head: words.weight, number: true, cell: (target) => target.weight },
          { head: words.share, number: true, cell: (target) => shareOf(target, targets) },
          { head: words.health, cell: (target) => <Health target={target} health={health} /> },
        ]}
      />
      <Text size="sm" c="dimmed">
        {check ? <Shown text={words.checks(check.path ?? '/', check.interval ?? '10s')} /> : words.noChecks}{' '}
        {!upstream.tenant && words.shared}
      </Text>
      <Facts
        facts={{
          [words.balance]: words.balances[upstream.balance ?? 'round_robin'],
          [words.protocol]: upstream.protocol === 'http2' ? 'HTTP/2' : 'HTTP/1.1',
          [words.breaker]: health?.breaker,
        }}
      />
    </Stack>
  );
}

const TONES = { healthy: 'good', unhealthy: 'bad', ejected: 'warn', unknown: 'plain' } as const;

function Health(props: { target: Target; health: UpstreamHealth | undefined }) {
  const words = texts.services.upstream;
  const found = props.health?.targets.find((one) => one.address === props.target.address);
  const state = stateOfTarget(found);
  return (
    <>
      <Mark tone={TONES[state as keyof typeof TONES] ?? 'plain'}>{words.states[state] ?? state}</Mark>{' '}
      {found?.reason && <Shown text={found.reason} first={120} />}{' '}
      {found?.since_ms && (
        <>
          {words.since} <Time at={found.since_ms} brief />
        </>
      )}
    </>
  );
}
