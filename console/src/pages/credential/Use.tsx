import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Credential } from '../../api/apps';
import { useGateway } from '../../api/gateway';
import { Snippet } from '../../parts/Copy';
import { Failure } from '../../parts/Failure';
import { GatewayField } from '../../parts/GatewayField';
import { kindName } from '../../parts/ways';
import { texts } from '../../texts';
import { commandFor, exampleFor } from './curl';
import { hasOf, kindOf } from './kinds';

const words = texts.apps.use;

/** A request that a credential is good for, ready to be sent; `secret`: what was just made of it. */
export function Use({ of, secret }: { of: Credential; secret?: string }) {
  const { data: example, error } = useQuery({
    queryKey: ['credential', of.id, 'example'],
    queryFn: async () => (await exampleFor(of)) ?? null,
  });
  const gateway = useGateway(of.environment, example?.hosts);
  const kind = kindOf(of);
  const has = hasOf(of, secret);
  if (error) return <Failure error={error} />;
  if (example === undefined) return null;
  if (example === null) {
    return <Text size="sm">{kind === 'api_key' ? words.nothing : words.nothingWith(kindName(kind))}</Text>;
  }
  if (!has) return <Text size="sm">{words.unknownKey}</Text>;
  return (
    <Stack gap={4}>
      <Text size="sm">{secret ? texts.common.secret.curl : words.own[kind]}</Text>
      <GatewayField of={gateway} />
      {gateway.url && (
        <Snippet text={commandFor(example, gateway.url, kind, has)} what={texts.common.secret.curlName} />
      )}
    </Stack>
  );
}
