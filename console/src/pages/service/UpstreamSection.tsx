import { Button, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '../../api/client';
import { codeOf } from '../../api/problem';
import { useMayIn } from '../../api/rights';
import { DataTable } from '../../parts/DataTable';
import { Facts } from '../../parts/Facts';
import { Failure } from '../../parts/Failure';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { Standing, type Tone } from '../../parts/Standing';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { type Read, upstreamQuery } from './data';
import type { Upstream } from './documents';
import { EditTargets } from './EditTargets';
import { healthQuery, resolved, shareOf, standing, type TargetStanding, targetsOf } from './health';

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
          {(read: Read<Upstream>) => (
            <>
              <Targets upstream={read.value} health={health.data} />
              {health.error && <Unknown error={health.error} />}
            </>
          )}
        </Loaded>
      )}
      {editing && query.data && <EditTargets read={query.data} onClose={edit.close} />}
    </Section>
  );
}

/** Why there is nothing about health: an upstream that no version uses yet is not served. */
function Unknown(props: { error: unknown }) {
  if (codeOf(props.error) !== 'resource.not_found') return <Failure error={props.error} />;
  return <Text size="sm">{texts.services.upstream.notServed}</Text>;
}

function Targets(props: { upstream: Upstream; health: Schemas['UpstreamHealth'] | undefined }) {
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
        caption={upstream.id}
        rows={standing(targets, health)}
        id={(target) => target.address}
        columns={[
          { head: words.address, cell: (target) => <Address target={target} /> },
          { head: words.weight, number: true, cell: (target) => target.weight },
          { head: words.share, number: true, cell: (target) => shareOf(target, targets) },
          { head: words.health, cell: (target) => target.health && <Health health={target.health} /> },
          { head: words.inFlight, number: true, cell: (target) => target.health?.in_flight },
        ]}
      />
      <Text size="sm" c="dimmed">
        {check ? <Shown text={words.checks(check.path ?? '/', check.interval ?? '10s')} /> : words.noChecks}{' '}
        {words.node} {!upstream.tenant && words.shared}
      </Text>
      <Facts
        facts={{
          [words.balance]: words.balances[upstream.balance ?? 'round_robin'],
          [words.protocol]: upstream.protocol === 'http2' ? 'HTTP/2' : 'HTTP/1.1',
          [words.breaker]: health?.breaker ? <Breaker health={health} /> : undefined,
        }}
      />
    </Stack>
  );
}

function Address({ target }: { target: TargetStanding }) {
  const addresses = resolved(target);
  return (
    <>
      <Shown text={target.address} mono />
      {addresses.length > 0 && (
        <Text size="xs" c="dimmed">
          <Shown text={texts.services.upstream.resolved(addresses.join(', '))} first={200} />
        </Text>
      )}
    </>
  );
}

const TONES: Record<string, Tone> = {
  healthy: 'good',
  unhealthy: 'bad',
  ejected: 'warn',
  unresolved: 'bad',
};

function Health({ health }: { health: Schemas['TargetHealth'] }) {
  const words = texts.services.upstream;
  const { state, reason, since_ms, ejections } = health;
  return (
    <>
      <Standing tone={TONES[state] ?? (reason ? 'warn' : 'over')}>{words.states[state] ?? state}</Standing>{' '}
      {since_ms && (
        <>
          {words.since} <Time at={since_ms} brief />
        </>
      )}
      {reason && (
        <Text size="sm">
          <Shown text={reason} first={200} />
        </Text>
      )}
      {ejections > 0 && (
        <Text size="xs" c="dimmed">
          {words.ejections(ejections)}
        </Text>
      )}
    </>
  );
}

const BREAKER: Record<string, Tone> = { closed: 'good', open: 'bad', half_open: 'warn' };

function Breaker({ health }: { health: Schemas['UpstreamHealth'] }) {
  const words = texts.services.upstream;
  const { breaker, open_since_ms } = health;
  if (!breaker) return null;
  return (
    <>
      <Standing tone={BREAKER[breaker] ?? 'over'}>{words.breakers[breaker] ?? breaker}</Standing>
      {open_since_ms && (
        <>
          {' '}
          {words.since} <Time at={open_since_ms} brief />
        </>
      )}
    </>
  );
}
