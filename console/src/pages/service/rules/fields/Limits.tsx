import { Autocomplete, MultiSelect, Select, SimpleGrid, Text } from '@mantine/core';
import { useState } from 'react';
import { texts } from '../../../../texts';
import { listOf } from '../document';
import { useWrong } from '../faults';
import { BELOW, type Fields, NumberField, TextField } from './inputs';
import { zones } from './useNames';

const words = texts.rules.fields.limits;

/** So many requests in each period. */
export function QuotaFields(props: Fields) {
  const { draft, change } = props;
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <NumberField
          at="/quota"
          label={words.quota}
          required
          value={draft.quota}
          set={(quota) => change({ quota })}
        />
        <Period {...props} />
      </SimpleGrid>
      <Counted {...props} />
      <Told />
    </>
  );
}

const PERIODS = ['day', 'week', 'month'] as const;

/** A part of the calendar, or a time. */
function Period({ draft, change }: Fields) {
  const wrong = useWrong();
  const calendar = PERIODS.find((one) => one === draft.per);
  const [other, setOther] = useState(calendar === undefined);
  return (
    <>
      <Select
        label={words.period}
        allowDeselect={false}
        data={[...PERIODS, 'other' as const].map((value) => ({ value, label: words.periods[value] }))}
        value={other ? 'other' : (calendar ?? 'other')}
        onChange={(value) => {
          setOther(value === 'other');
          if (value === 'other') change({ per: '', time_zone: undefined });
          else change({ per: value ?? undefined });
        }}
      />
      {other ? (
        <TextField
          at="/per"
          label={words.otherPeriod}
          help={words.otherPeriodHelp}
          helpBelow
          required
          mayBeEmpty
          value={draft.per}
          set={(per) => change({ per })}
        />
      ) : (
        <Autocomplete
          label={words.zone}
          description={words.zoneHelp}
          inputWrapperOrder={BELOW}
          limit={50}
          data={zones()}
          value={draft.time_zone ?? ''}
          error={wrong('/time_zone')}
          onChange={(zone) => change({ time_zone: zone || undefined })}
        />
      )}
    </>
  );
}

/** So many requests in a time. */
export function RateFields(props: Fields) {
  const { draft, change } = props;
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
        <NumberField
          at="/rate"
          label={words.rate}
          required
          value={draft.rate}
          set={(rate) => change({ rate })}
        />
        <TextField
          at="/per"
          label={words.per}
          help={words.perHelp}
          helpBelow
          required
          value={draft.per}
          set={(per) => change({ per })}
        />
        <NumberField
          at="/burst"
          label={words.burst}
          help={words.burstHelp}
          helpBelow
          value={draft.burst}
          set={(burst) => change({ burst })}
        />
      </SimpleGrid>
      <Counted {...props} />
      <Told />
    </>
  );
}

/** The time between two requests. */
export function SpacingFields(props: Fields) {
  const { draft, change } = props;
  return (
    <>
      <TextField
        at="/apart"
        label={words.apart}
        help={words.apartHelp}
        required
        maw={320}
        value={draft.apart}
        set={(apart) => change({ apart })}
      />
      <Counted {...props} />
    </>
  );
}

/** Requests at once. */
export function ConcurrencyFields(props: Fields) {
  const { draft, change } = props;
  return (
    <>
      <NumberField
        at="/limit"
        label={words.limit}
        required
        maw={320}
        value={draft.limit}
        set={(limit) => change({ limit })}
      />
      <Counted {...props} />
    </>
  );
}

/** Whose counter it is. */
function Counted({ draft, change }: Fields) {
  const wrong = useWrong();
  const by = listOf(draft.by);
  const set = (keys: string[]) => {
    const said = (keys.length === 1 ? keys[0] : keys) as typeof draft.by;
    change({ by: said, header: keys.includes('header') ? (draft.header ?? '') : undefined });
  };
  return (
    <>
      <MultiSelect
        label={words.by}
        description={words.byHelp}
        required
        data={Object.entries(words.keys).map(([value, label]) => ({ value, label }))}
        value={by}
        error={wrong('/by')}
        onChange={set}
      />
      {by.includes('header') && (
        <TextField
          at="/header"
          label={words.header}
          help={words.headerHelp}
          required
          mayBeEmpty
          maw={320}
          value={draft.header}
          set={(header) => change({ header })}
        />
      )}
    </>
  );
}

function Told() {
  return (
    <Text size="xs" c="dimmed">
      {words.refused}
    </Text>
  );
}
