import { Checkbox, Text } from '@mantine/core';
import type { Ref } from 'react';
import { useMayIn } from '../../../api/rights';
import { texts } from '../../../texts';

const words = texts.home.steps.service;

/**
 * Asks whether the gateway may connect to addresses within one's own network, which then holds for the whole
 * platform. Whoever may not allow that is told whom to ask.
 */
export function AllowAddress(props: {
  addresses: string[];
  agreed: boolean;
  onAgree: (agreed: boolean) => void;
  /** The step was tried without it. */
  missing: boolean;
  ref: Ref<HTMLInputElement>;
}) {
  const mayIn = useMayIn();
  if (props.addresses.length === 0) return null;
  if (!mayIn('settings.write', null)) return <Text size="sm">{words.mayNotAllow}</Text>;
  return (
    <Checkbox
      ref={props.ref}
      label={words.allow(props.addresses.join(', '))}
      description={words.allowHelp}
      error={props.missing ? words.allowMissing : undefined}
      required
      checked={props.agreed}
      onChange={(event) => props.onAgree(event.currentTarget.checked)}
    />
  );
}
