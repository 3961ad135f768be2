import { Text, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useGateway } from '../../api/gateway';
import { Secret } from '../../parts/Secret';
import { texts } from '../../texts';
import { commandFor, exampleFor } from './curl';

/** A key that was just made: its secret is nowhere else. */
export interface NewKey {
  id: string;
  app: string;
  environment: string;
  secret: string;
}

/** What the API answers of a key that it made. */
export function newKeyOf(answered: Record<string, unknown>): NewKey {
  return {
    id: String(answered.id),
    app: String(answered.app),
    environment: typeof answered.environment === 'string' ? answered.environment : 'production',
    secret: String(answered.secret),
  };
}

/** Shows the secret of a new key, this once, with a request that it is good for. */
export function NewSecret(props: { made: NewKey; onClose: () => void }) {
  const { made } = props;
  const words = texts.apps.secret;
  const gateway = useGateway(made.environment);
  const [said, say] = useLocalStorage({ key: `postern-gateway-${made.environment}`, defaultValue: '' });
  const example = useQuery({
    queryKey: ['example', made.id],
    queryFn: async () => (await exampleFor(made.app, made.id, made.environment)) ?? null,
  }).data;
  const typed = gateway.guessed && URL.canParse(said) ? said : gateway.url;
  return (
    <Secret
      opened
      title={words.title(made.id)}
      what={words.what(made.id)}
      secret={made.secret}
      curl={example ? commandFor(example, typed, made.secret) : undefined}
      note={
        <>
          {example && gateway.guessed && (
            <TextInput
              label={words.gateway}
              description={words.gatewayGuessed}
              value={said || gateway.url}
              error={said && !URL.canParse(said) ? words.gatewayWrong : undefined}
              onChange={(event) => say(event.currentTarget.value)}
            />
          )}
          {example === null && <Text size="sm">{words.nothing}</Text>}
        </>
      }
      onClose={props.onClose}
    />
  );
}
