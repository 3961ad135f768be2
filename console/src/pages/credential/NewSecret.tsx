import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { PRODUCTION, useGateway } from '../../api/gateway';
import { GatewayField } from '../../parts/GatewayField';
import { Secret } from '../../parts/Secret';
import { texts } from '../../texts';
import { commandFor, exampleFor } from './curl';

/** A key that was just made: its secret is nowhere else. */
export interface NewKey {
  id: string;
  app: string;
  environment: string;
  secret: string;
  /** Of a password: whose. */
  user?: string;
}

/** What the API answers of a key that it made. */
export function newKeyOf(answered: Record<string, unknown>): NewKey {
  const password = answered.password as { user?: string } | undefined;
  return {
    user: password?.user,
    id: String(answered.id),
    app: String(answered.app),
    environment: typeof answered.environment === 'string' ? answered.environment : PRODUCTION,
    secret: String(answered.secret),
  };
}

/** Shows the secret of a new key, this once, with a request that it is good for. */
export function NewSecret(props: { made: NewKey; onClose: () => void }) {
  const { made } = props;
  const words = texts.apps.secret;
  const example = useQuery({
    queryKey: ['example', made.id],
    queryFn: async () => (await exampleFor(made.app, made.id, made.environment)) ?? null,
  }).data;
  const gateway = useGateway(made.environment, example?.hosts);
  return (
    <Secret
      opened
      title={words.title(made.id)}
      what={made.user ? words.passwordOf(made.user) : words.what(made.id)}
      secret={made.secret}
      curl={example && gateway.url ? commandFor(example, gateway.url, made.secret, made.user) : undefined}
      note={
        <>
          {example && <GatewayField of={gateway} />}
          {example === null && <Text size="sm">{words.nothing}</Text>}
        </>
      }
      onClose={props.onClose}
    />
  );
}
