import { Button, Group, Paper, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCalendar } from '@tabler/icons-react';
import { type FormEvent, useRef, useState } from 'react';
import { texts } from '../../texts';
import { Choices } from './Choices';
import { type Looked, timeOf, useLooked } from './looked';
import { localInput, PRESETS, type Preset, type Window } from './span';

/** Chooses the time that is looked at: one that ends now, or any. */
export function TimeRange(props: { at: Looked; window: Window }) {
  const [opened, { toggle, close }] = useDisclosure(false);
  const opener = useRef<HTMLButtonElement>(null);
  const done = () => {
    close();
    opener.current?.focus();
  };
  const words = texts.refusals.time;
  const { span } = props.at;
  return (
    <Stack gap="xs">
      <Choices
        label={words.label}
        chosen={'preset' in span ? span.preset : undefined}
        choices={(Object.keys(PRESETS) as Preset[]).map((preset) => ({
          key: preset,
          label: words.presets[preset],
          change: { since: preset, from: undefined, to: undefined },
        }))}
      >
        <Button
          ref={opener}
          variant={'preset' in span ? 'subtle' : 'light'}
          size="compact-sm"
          h={30}
          leftSection={<IconCalendar size={16} aria-hidden />}
          aria-expanded={opened}
          onClick={toggle}
        >
          {words.custom}
        </Button>
      </Choices>
      {opened && <Custom window={props.window} onDone={done} />}
    </Stack>
  );
}

/** Any time, said by its ends on the local clock. */
function Custom(props: { window: Window; onDone: () => void }) {
  const words = texts.refusals.time;
  const { go } = useLooked();
  const [from, setFrom] = useState(() => localInput(props.window.from));
  const [until, setUntil] = useState(() => localInput(props.window.until));
  const [judged, setJudged] = useState(false);
  const [start, end] = [Date.parse(from), Date.parse(until)];
  const missing = (at: number) => (judged && Number.isNaN(at) ? words.missing : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setJudged(true);
    if (!(start < end)) return;
    go(timeOf(start, end));
    props.onDone();
  };
  return (
    <Paper withBorder p="sm">
      <form onSubmit={submit} noValidate>
        <Group align="flex-start" gap="sm">
          <TextInput
            type="datetime-local"
            step={1}
            label={words.from}
            value={from}
            error={missing(start)}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="datetime-local"
            step={1}
            label={words.until}
            value={until}
            error={missing(end) ?? (judged && end <= start ? words.order : undefined)}
            onChange={(event) => setUntil(event.currentTarget.value)}
          />
          <Button type="submit" mt={{ base: 0, xs: 25 }}>
            {words.apply}
          </Button>
        </Group>
        <Text size="xs" c="dimmed" mt={4}>
          {words.zone(Intl.DateTimeFormat().resolvedOptions().timeZone)}
        </Text>
      </form>
    </Paper>
  );
}
