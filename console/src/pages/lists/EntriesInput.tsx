import { List, Stack, Text, Textarea } from '@mantine/core';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import type { BadLine } from './entries';

const words = texts.lists.entries;

/** Bad lines that are told one by one. */
const FEW = 20;

/** The field for pasted entries: what is wrong is told by line, as soon as somebody wants to send it. */
export function EntriesInput(props: {
  value: string;
  onChange: (value: string) => void;
  count: number;
  bad: BadLine[];
  missing: boolean;
  required?: boolean;
}) {
  const { bad } = props;
  const error = bad.length > 0 ? <Bad lines={bad} /> : props.missing ? words.missing : undefined;
  return (
    <Stack gap={4}>
      <Textarea
        label={words.label}
        description={words.help}
        required={props.required}
        minRows={4}
        maxRows={14}
        autosize
        spellCheck={false}
        value={props.value}
        error={error}
        errorProps={{ component: 'div' }}
        onChange={(event) => props.onChange(event.currentTarget.value)}
        data-autofocus
      />
      {props.count > 0 && bad.length === 0 && (
        <Text size="sm" c="dimmed" aria-live="polite">
          {words.read(props.count)}
        </Text>
      )}
    </Stack>
  );
}

function Bad({ lines }: { lines: BadLine[] }) {
  return (
    <List size="sm" listStyleType="none">
      {lines.slice(0, FEW).map(({ line, text, why, instead }) => (
        <List.Item key={line}>
          {words.line(line)}: <Shown text={text} mono first={80} /> {words.bad[why]}
          {instead && (
            <>
              : {words.instead} <code>{instead}</code>
            </>
          )}
        </List.Item>
      ))}
      {lines.length > FEW && <List.Item>{words.moreBad(lines.length - FEW)}</List.Item>}
    </List>
  );
}
