import { TextInput } from '@mantine/core';
import { texts } from '../texts';
import { absolute, moment } from './time';

const two = (n: number) => String(n).padStart(2, '0');

/** A moment as a field of the browser has it, in the local zone: `2026-11-20T09:12`. */
function field(at: Date | undefined): string {
  if (!at) return '';
  const day = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** A field for a moment in the local zone. Its value is RFC 3339 in UTC; without one, nothing is said. */
export function MomentInput(props: {
  label: string;
  description?: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  error?: string | undefined;
  /** Leaves out which zone it is, where that would stand too often. */
  zoneless?: boolean;
}) {
  const at = moment(props.value);
  // The offset is that of the moment: summer time may begin until then.
  const zone = absolute(at ?? new Date()).slice(-6);
  return (
    <TextInput
      type="datetime-local"
      label={props.label}
      description={
        [props.description, !props.zoneless && texts.audit.zone(zone)].filter(Boolean).join(' ') || undefined
      }
      error={props.error}
      defaultValue={field(at)}
      onChange={(event) => {
        const chosen = event.currentTarget.value ? new Date(event.currentTarget.value) : undefined;
        if (!chosen) props.onChange(undefined);
        else if (!Number.isNaN(chosen.getTime())) props.onChange(chosen.toISOString().replace('.000Z', 'Z'));
      }}
    />
  );
}
