import { TextInput } from '@mantine/core';
import { type Gateway, isAddress } from '../api/gateway';
import { texts } from '../texts';

const words = texts.common.gateway;

/** Asks where the gateway is, where Postern itself cannot tell; nothing where it can. */
export function GatewayField(props: { of: Gateway }) {
  const { environment, asked } = props.of;
  if (!asked) return null;
  return (
    <TextInput
      type="url"
      maw={560}
      label={words.label(environment)}
      description={words.help}
      placeholder={asked.example}
      value={asked.said}
      error={asked.said && !isAddress(asked.said) ? words.wrong(asked.example) : undefined}
      onChange={(event) => asked.say(event.currentTarget.value.trim())}
    />
  );
}
