import { Checkbox, Select, Stack, TextInput } from '@mantine/core';
import { useErrorAt } from '../../parts/failed';
import { texts } from '../../texts';
import type { IssuerDraft } from './draft';

const words = texts.issuers.introspection;

/** Where an issuer is asked about tokens (RFC 7662), if it is. */
export function IntrospectionFields(props: {
  draft: IssuerDraft;
  change: (members: Partial<IssuerDraft>) => void;
}) {
  const { introspection } = props.draft;
  const errorAt = useErrorAt();
  const say = (members: Partial<NonNullable<typeof introspection>>) =>
    props.change({ introspection: { ...introspection, ...members } });
  const text = (name: 'url' | 'client_id' | 'client_secret' | 'timeout' | 'cache', required = false) => (
    <TextInput
      label={words[name]}
      description={words.help[name]}
      required={required}
      value={introspection?.[name] ?? ''}
      error={errorAt(`/introspection/${name}`)}
      onChange={(event) => say({ [name]: event.currentTarget.value })}
    />
  );
  return (
    <Stack gap="sm">
      <Checkbox
        label={words.asked}
        description={words.askedHelp}
        checked={introspection !== undefined}
        onChange={(event) => props.change({ introspection: event.currentTarget.checked ? {} : undefined })}
      />
      {introspection && (
        <Stack gap="sm" ps="xl">
          {text('url', true)}
          {text('client_id', true)}
          {text('client_secret', true)}
          <Select
            label={words.jwt}
            allowDeselect={false}
            data={Object.entries(words.proofs).map(([value, label]) => ({ value, label }))}
            value={introspection.jwt ?? 'keys'}
            onChange={(jwt) => say({ jwt: (jwt ?? 'keys') as 'keys' })}
          />
          <Checkbox
            label={words.opaque}
            description={words.opaqueHelp}
            checked={introspection.opaque ?? true}
            onChange={(event) => say({ opaque: event.currentTarget.checked })}
          />
          {text('timeout')}
          {text('cache')}
        </Stack>
      )}
    </Stack>
  );
}
