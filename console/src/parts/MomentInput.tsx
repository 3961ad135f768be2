import { TextInput } from '@mantine/core';
import { texts } from '../texts';
import { absolute, local, moment } from './time';

/** A field for a moment in the local zone. Its value is RFC 3339 in UTC; without one, nothing is said. */
export function MomentInput(props: {
  label: string;
  description?: string;
  value: string | null | undefined;
  onChange: (value: string | undefined) => void;
  error?: string | undefined;
  required?: boolean;
  /** Whether its seconds are asked for, too. */
  seconds?: boolean;
  /** Leaves out which zone it is, where that would stand too often. */
  zoneless?: boolean;
}) {
  const at = moment(props.value);
  // The offset is that of the moment: summer time may begin until then.
  const zone = absolute(at ?? new Date()).slice(-6);
  const said = [props.description, !props.zoneless && texts.common.zone(zone)].filter(Boolean).join(' ');
  return (
    <TextInput
      type="datetime-local"
      step={props.seconds ? 1 : undefined}
      label={props.label}
      description={said || undefined}
      error={props.error}
      required={props.required}
      value={local(at, props.seconds)}
      onChange={(event) => {
        const chosen = moment(event.currentTarget.value || undefined);
        props.onChange(chosen?.toISOString().replace('.000Z', 'Z'));
      }}
    />
  );
}
