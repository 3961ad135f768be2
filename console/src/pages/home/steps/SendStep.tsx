import { Alert, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { answer, api, type Schemas } from '../../../api/client';
import { useGateway } from '../../../api/gateway';
import { Snippet } from '../../../parts/Copy';
import { curlOf, type Sent, withKey } from '../../../parts/curl';
import { GatewayField } from '../../../parts/GatewayField';
import { PageLink } from '../../../parts/links';
import { Shown } from '../../../parts/Shown';
import { texts } from '../../../texts';
import { KeyStep } from './KeyStep';
import type { Progress } from './state';

const words = texts.home.steps.send;
/** How often the call log is asked for the request, in milliseconds. */
const AGAIN = 1_000;
/** How many of the newest requests are looked at. */
const NEWEST = 20;

/** The path that a request of the first operation has. */
function pathOf(at: Progress): string {
  const version = at.service?.versions[at.version ?? ''];
  const path = `${at.service?.base_path ?? ''}${version?.base_path ?? ''}${at.operation?.path ?? ''}`;
  return path.replaceAll(/\{[^}]*\}/g, '1');
}

/** The request that the first operation takes, with a key in it. */
export function firstRequest(at: Progress, gateway: string, secret: string | undefined): Sent {
  const method = at.operation?.method ?? 'POST';
  const url = new URL(gateway);
  url.pathname = pathOf(at);
  const sent: Sent = { method, url: url.href, headers: [] };
  if (at.needsKey) {
    const { header, query } = at.service?.authentication?.api_key ?? {};
    const places = { headers: [header ?? []].flat(), query: [query ?? []].flat() };
    Object.assign(sent, withKey(sent, places, secret ?? 'YOUR_KEY'));
  }
  if (method === 'GET' || method === 'DELETE') return sent;
  sent.headers.push(['Content-Type', 'application/json']);
  return { ...sent, body: '{"hello": "postern"}' };
}

/** The request that arrived since this was first shown: to the service, or to where it should be. */
function useArrived(at: Progress): Schemas['CallRow'] | undefined {
  const before = useRef<string>(undefined);
  const { data } = useQuery({
    queryKey: ['first-request'],
    queryFn: () => answer(api.GET('/api/v1/calls', { params: { query: { limit: NEWEST } } })),
    refetchInterval: AGAIN,
    staleTime: 0,
  });
  const items = data?.items ?? [];
  if (data && before.current === undefined) before.current = items[0]?.id ?? '';
  const path = pathOf(at);
  return items.find(
    (call) => call.id > (before.current ?? '~') && (call.service === at.service?.id || call.path === path),
  );
}

/** Shows the command, and watches the call log until the request is there. */
export function SendStep(props: {
  at: Progress;
  secret: string | undefined;
  onMade: (secret: string) => void;
}) {
  const client = useQueryClient();
  const gateway = useGateway(undefined, props.at.service?.hosts);
  const arrived = useArrived(props.at);
  const allowed = arrived?.outcome === 'allowed';
  useEffect(() => {
    if (allowed) client.invalidateQueries({ queryKey: ['first-steps'] });
  }, [allowed, client]);
  return (
    <Stack gap="sm">
      <GatewayField of={gateway} />
      {gateway.url && (
        <Snippet text={curlOf(firstRequest(props.at, gateway.url, props.secret))} what={words.command} />
      )}
      {props.at.needsKey && !props.secret && (
        <div>
          <Text size="sm" mb={4}>
            {words.noSecret}
          </Text>
          <KeyStep at={props.at} again onMade={props.onMade} />
        </div>
      )}
      <div aria-live="polite">
        {arrived ? <Arrived call={arrived} /> : <Text size="sm">{words.waiting}</Text>}
      </div>
    </Stack>
  );
}

/** What became of a request, and where to read more. */
function Arrived(props: { call: Schemas['CallRow'] }) {
  const { call } = props;
  const what = `${call.method} ${call.path}`;
  const refused = call.outcome !== 'allowed' && call.outcome !== 'origin_refused';
  const title =
    call.outcome === 'allowed'
      ? words.allowed(what, call.status)
      : refused
        ? words.refused(what, call.code ?? String(call.status))
        : words.origin(what, call.status);
  return (
    <Alert variant="outline" color={refused ? 'orange' : 'green'} title={<Shown text={title} />}>
      <PageLink to="/requests/$id" params={{ id: call.id }}>
        {refused ? words.why : words.look}
      </PageLink>
    </Alert>
  );
}
