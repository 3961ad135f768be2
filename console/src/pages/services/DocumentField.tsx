import { FileInput, Stack, Text, Textarea } from '@mantine/core';
import { useRef, useState } from 'react';
import { texts } from '../../texts';

/** An OpenAPI document, and what it is called. */
export interface OpenApiText {
  name: string;
  text: string;
}

/** The most bytes that the API reads. */
const MOST = 24 * 1024 * 1024;

/** Asks for an OpenAPI document: a file, or a text that is pasted. Files are not put into the text field. */
export function DocumentField(props: {
  value: OpenApiText | undefined;
  onChange: (value: OpenApiText | undefined) => void;
}) {
  const words = texts.services.import;
  const [file, setFile] = useState<File | null>(null);
  const [pasted, setPasted] = useState('');
  const [tooLarge, setTooLarge] = useState<string>();
  // A file may be read for longer than the one that is chosen after it.
  const latest = useRef<File | null>(null);
  const choose = async (chosen: File | null) => {
    latest.current = chosen;
    setTooLarge(undefined);
    setFile(chosen);
    if (!chosen) return props.onChange(pasted ? { name: words.pasted, text: pasted } : undefined);
    if (chosen.size > MOST) {
      setTooLarge(words.large(size(chosen.size)));
      return props.onChange(undefined);
    }
    // Until it is read, what was chosen before is none to import.
    props.onChange(undefined);
    const text = await chosen.text();
    if (latest.current === chosen) props.onChange({ name: chosen.name, text });
  };
  return (
    <Stack gap="xs">
      <FileInput
        label={words.file}
        description={words.fileHelp}
        accept=".yaml,.yml,.json,application/json,application/yaml,text/yaml"
        clearable
        clearButtonProps={{ 'aria-label': texts.services.empty.clear }}
        value={file}
        error={tooLarge}
        onChange={choose}
        data-autofocus
      />
      {file && !tooLarge ? (
        <Text size="sm">{words.chosen(size(file.size))}</Text>
      ) : (
        <Textarea
          label={words.paste}
          rows={7}
          spellCheck={false}
          value={pasted}
          onChange={(event) => {
            const text = event.currentTarget.value;
            setPasted(text);
            props.onChange(text.trim() ? { name: words.pasted, text } : undefined);
          }}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
      )}
    </Stack>
  );
}

/** A number of bytes as people say it. */
function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
