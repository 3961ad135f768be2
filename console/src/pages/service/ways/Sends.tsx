import { Stack, Text, Title } from '@mantine/core';
import { useGateway } from '../../../api/gateway';
import { Snippet } from '../../../parts/Copy';
import { curlOf } from '../../../parts/curl';
import { GatewayField } from '../../../parts/GatewayField';
import { Shown } from '../../../parts/Shown';
import { type Accepted, waysOf } from '../../../parts/ways';
import { texts } from '../../../texts';
import type { Called } from './called';

/** What callers send, as commands to copy, and what somebody who sends nothing is told; `draft`: if it is saved. */
export function Sends(props: { accepted: Accepted; optional: boolean; called: Called; draft?: boolean }) {
  const { accepted, optional, called } = props;
  const words = texts.ways.sends;
  const title = props.draft ? words.would : words.title;
  const gateway = useGateway(undefined, called.hosts);
  const base = gateway.url ?? `https://${called.hosts[0]?.replace('*', 'api') ?? 'api.example.com'}`;
  const bare = { method: called.method, url: `${new URL(base).origin}${called.path}`, headers: [] };
  const ways = waysOf(accepted, called.service, bare);
  const challenges = ways.flatMap((way) => way.challenges);
  const told = [
    ...challenges.map((one) => ['WWW-Authenticate', one] as const),
    ...ways.flatMap((way) =>
      way.acceptSignature ? [['Accept-Signature', way.acceptSignature] as const] : [],
    ),
  ];
  const none = ways.length === 0 || optional;
  return (
    <Stack gap="xs" component="section" aria-label={title}>
      <Title order={3}>{title}</Title>
      <GatewayField of={gateway} />
      {ways.map(({ name, sent }) => (
        <div key={name}>
          <Text size="sm">{name}</Text>
          <Snippet text={curlOf(sent)} what={words.request(title, name)} />
        </div>
      ))}
      {none && (
        <div>
          <Text size="sm">{ways.length === 0 ? words.open : words.optional}</Text>
          <Snippet text={curlOf(bare)} what={words.request(title, words.nothing)} />
        </div>
      )}
      {!none && (
        <div>
          <Text size="sm">{words.challenge}</Text>
          {challenges.length === 0 && <Text size="sm">{words.noChallenge}</Text>}
          {told.map(([name, value]) => (
            <div key={value}>
              <code>{name}:</code> <Shown text={value} mono first={200} />
            </div>
          ))}
        </div>
      )}
    </Stack>
  );
}
