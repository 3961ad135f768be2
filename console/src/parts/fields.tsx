import { Box, Checkbox, Group, Radio, Stack, Text, Textarea, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { Shown } from './Shown';

/** Asks for several texts, one on each line. */
export function LinesField(props: {
  label: string;
  description?: string;
  placeholder?: string;
  value: readonly string[];
  error?: string | undefined;
  onChange: (value: string[]) => void;
}) {
  return (
    <Textarea
      label={props.label}
      description={props.description}
      placeholder={props.placeholder}
      error={props.error}
      autosize
      minRows={2}
      maxRows={10}
      value={props.value.join('\n')}
      onChange={(event) => props.onChange(event.currentTarget.value.split('\n'))}
    />
  );
}

/** What stands on the lines of a {@link LinesField}, without the empty ones. */
export function filled(lines: readonly string[] | undefined): string[] {
  return (lines ?? []).map((line) => line.trim()).filter(Boolean);
}

/** Asks which of some names are meant. What is chosen and no longer offered stays in the list. */
export function ChoicesField(props: {
  label: ReactNode;
  description?: string;
  options: readonly string[];
  value: readonly string[];
  none: string;
  onChange: (value: string[]) => void;
}) {
  const options = [...new Set([...props.options, ...props.value])];
  return (
    <Checkbox.Group
      label={props.label}
      description={props.description}
      value={[...props.value]}
      onChange={props.onChange}
    >
      <Group gap="md" mt={4}>
        {options.map((option) => (
          <Checkbox key={option} value={option} label={<Shown text={option} mono />} />
        ))}
        {options.length === 0 && (
          <Text size="sm" c="dimmed">
            {props.none}
          </Text>
        )}
      </Group>
    </Checkbox.Group>
  );
}

/** Asks whether all of what there is is meant (`undefined`), or only some of it. */
export function SubsetField(props: {
  label: string;
  /** What all of it is: "All that the app's subscriptions grant". */
  all: ReactNode;
  some: string;
  none: string;
  options: readonly string[];
  value: readonly string[] | null | undefined;
  onChange: (value: string[] | undefined) => void;
}) {
  return (
    <Stack gap="xs">
      <Radio.Group
        label={props.label}
        value={props.value ? 'some' : 'all'}
        onChange={(value) => props.onChange(value === 'some' ? [...props.options] : undefined)}
      >
        <Stack gap={6} mt={4}>
          <Radio value="all" label={props.all} />
          <Radio value="some" label={props.some} />
        </Stack>
      </Radio.Group>
      {props.value && (
        <Box ps="xl">
          <ChoicesField
            label={<VisuallyHidden>{props.label}</VisuallyHidden>}
            options={props.options}
            value={props.value}
            none={props.none}
            onChange={props.onChange}
          />
        </Box>
      )}
    </Stack>
  );
}
