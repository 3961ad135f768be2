import { Autocomplete, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { texts } from '../../../../texts';
import type { Conditions } from '../document';
import { useWrong } from '../faults';
import { DAYS, daysOf, timesOf, writtenDays, writtenTimes } from './hours';
import { zones } from './useNames';

const words = texts.rules.fields.time;

type Said = NonNullable<Conditions['time']>;

/** Asks for hours of a day, days of a week, and by which clocks. */
export function Hours(props: { at: string; value: Said; set: (value: Said) => void }) {
  const { at, value, set } = props;
  const wrong = useWrong();
  const [from, to] = timesOf(value.between);
  const between = wrong(`${at}/between`);
  const time = (label: string, value: string, said: (time: string) => string | undefined) => (
    <TextInput
      type="time"
      label={label}
      w={130}
      value={value}
      error={Boolean(between)}
      onChange={(event) => set({ ...props.value, between: said(event.currentTarget.value) })}
    />
  );
  return (
    <Stack gap="xs">
      <div>
        <Group gap="sm">
          {time(words.from, from, (said) => writtenTimes(said, to))}
          {time(words.to, to, (said) => writtenTimes(from, said))}
        </Group>
        <Text size="xs" c={between ? 'var(--mantine-color-error)' : 'dimmed'} mt={4}>
          {between ?? words.help}
        </Text>
      </div>
      <Checkbox.Group
        label={words.days}
        description={words.daysHelp}
        value={daysOf(value.days)}
        error={wrong(`${at}/days`)}
        onChange={(days) => set({ ...value, days: writtenDays(days) })}
      >
        <Group gap="sm" mt={4}>
          {DAYS.map((day) => (
            <Checkbox key={day} value={day} label={words.day[day]} />
          ))}
        </Group>
      </Checkbox.Group>
      <Autocomplete
        label={words.zone}
        required
        maw={320}
        limit={50}
        data={zones()}
        value={value.zone}
        error={wrong(`${at}/zone`)}
        onChange={(zone) => set({ ...value, zone })}
      />
    </Stack>
  );
}
