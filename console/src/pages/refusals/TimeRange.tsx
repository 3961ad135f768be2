import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCalendar } from '@tabler/icons-react';
import { type FormEvent, useRef, useState } from 'react';
import { MomentInput } from '../../parts/MomentInput';
import { texts } from '../../texts';
import { Choices } from './Choices';
import { type Looked, timeOf, useLooked } from './looked';
import { PRESETS, type Preset, type Window } from './span';

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

const iso = (at: number) => new Date(at).toISOString();

/** Any time, said by its ends on the local clock. */
function Custom(props: { window: Window; onDone: () => void }) {
  const words = texts.refusals.time;
  const { go } = useLooked();
  const [from, setFrom] = useState<string | undefined>(() => iso(props.window.from));
  const [until, setUntil] = useState<string | undefined>(() => iso(props.window.until));
  const [judged, setJudged] = useState(false);
  const [start, end] = [Date.parse(from ?? ''), Date.parse(until ?? '')];
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
          <MomentInput
            seconds
            zoneless
            label={words.from}
            value={from}
            error={missing(start)}
            onChange={setFrom}
          />
          <MomentInput
            seconds
            zoneless
            label={words.until}
            value={until}
            error={missing(end) ?? (judged && end <= start ? words.order : undefined)}
            onChange={setUntil}
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
