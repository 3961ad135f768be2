import { Select, TextInput } from '@mantine/core';
import { texts } from '../../texts';
import { originOf, type Source } from './source';

const words = texts.sources;

/** The fields of where a list comes from that is read from elsewhere. */
export function SourceFields(props: { source: Source; tried: boolean; change: (source: Source) => void }) {
  const { source, change } = props;
  const isUrl = originOf(source) === 'url';
  const where = isUrl ? source.url : source.file;
  const text = (name: 'refresh' | 'stale_after', label: string, help: string) => (
    <TextInput
      label={label}
      description={help}
      maxLength={40}
      value={source[name] ?? ''}
      onChange={(event) => change({ ...source, [name]: event.currentTarget.value })}
    />
  );
  return (
    <>
      <TextInput
        label={isUrl ? words.url : words.file}
        description={isUrl ? words.urlHelp : words.fileHelp}
        required
        type={isUrl ? 'url' : 'text'}
        value={where ?? ''}
        error={props.tried && !where?.trim() ? words.missing : undefined}
        onChange={(event) => change({ ...source, [isUrl ? 'url' : 'file']: event.currentTarget.value })}
      />
      <Select
        label={words.format}
        allowDeselect={false}
        data={Object.entries(words.formats).map(([value, label]) => ({ value, label }))}
        value={source.format ?? 'text'}
        onChange={(format) => change({ ...source, format: format === 'json' ? 'json' : 'text' })}
      />
      {isUrl && text('refresh', words.refresh, words.refreshHelp)}
      {text('stale_after', words.staleAfter, words.staleAfterHelp)}
    </>
  );
}
