import { Radio, Stack, TextInput } from '@mantine/core';
import { texts } from '../../texts';
import { UpstreamSelect } from './UpstreamSelect';

/** The upstream of a version: one that exists, or where a new one goes. */
export interface UpstreamChosen {
  how: 'existing' | 'made';
  id: string;
  address: string;
}

/** Nothing chosen yet. */
export const NO_UPSTREAM: UpstreamChosen = { how: 'made', id: '', address: '' };

/** Whether an upstream was chosen. */
export function isChosen(chosen: UpstreamChosen): boolean {
  return (chosen.how === 'existing' ? chosen.id : chosen.address.trim()) !== '';
}

/** Asks for the upstream of a version. */
export function UpstreamChoice(props: {
  value: UpstreamChosen;
  onChange: (value: UpstreamChosen) => void;
  /** The address is a URL, with a path: an import has it so. */
  url?: boolean;
  error?: string | undefined;
}) {
  const { value, onChange } = props;
  const words = texts.services.upstreamChoice;
  return (
    <Stack gap="xs">
      <Radio.Group
        label={words.legend}
        value={value.how}
        onChange={(how) => onChange({ ...value, how: how as UpstreamChosen['how'] })}
      >
        <Stack gap={6} mt={4}>
          <Radio value="made" label={words.made} />
          <Radio value="existing" label={words.existing} />
        </Stack>
      </Radio.Group>
      {value.how === 'existing' ? (
        <UpstreamSelect
          label={words.upstream}
          value={value.id}
          error={props.error}
          onChange={(id) => onChange({ ...value, id })}
        />
      ) : (
        <TextInput
          label={props.url ? words.url : words.address}
          description={props.url ? words.urlHelp : words.addressHelp}
          required
          value={value.address}
          error={props.error}
          onChange={(event) => onChange({ ...value, address: event.currentTarget.value })}
        />
      )}
    </Stack>
  );
}
