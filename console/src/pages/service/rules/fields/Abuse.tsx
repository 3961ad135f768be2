import { MultiSelect, Select, SimpleGrid, Text } from '@mantine/core';
import { useDenialCodes } from '../../../../api/denialCodes';
import { texts } from '../../../../texts';
import { listOf } from '../document';
import { useWrong } from '../faults';
import { type Fields, NumberField, TextField } from './inputs';

const words = texts.rules.fields.abuse;

/** Blocks callers after too many refusals. */
export function AbuseFields({ draft, change }: Fields) {
  const wrong = useWrong();
  const codes = useDenialCodes();
  const chosen = listOf(draft.codes);
  const families = [...new Set(codes.map(({ code }) => code.split('.')[0] ?? code))];
  const known = new Set([...families, ...codes.map(({ code }) => code)]);
  return (
    <>
      <MultiSelect
        label={words.codes}
        description={words.codesHelp}
        required
        searchable
        limit={100}
        data={[
          ...families.map((value) => ({ value, label: words.family(value) })),
          ...codes.map(({ code }) => ({ value: code, label: code })),
          ...chosen.filter((code) => !known.has(code)).map((code) => ({ value: code, label: code })),
        ]}
        value={chosen}
        error={wrong('/codes')}
        onChange={(codes) => change({ codes })}
      />
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
          help={texts.rules.fields.limits.perHelp}
          helpBelow
          required
          value={draft.per}
          set={(per) => change({ per })}
        />
        <TextField
          at="/block_for"
          label={words.blockFor}
          help={words.blockForHelp}
          helpBelow
          required
          value={draft.block_for}
          set={(block_for) => change({ block_for })}
        />
      </SimpleGrid>
      <Select
        label={words.by}
        allowDeselect={false}
        data={Object.entries(words.byWhom).map(([value, label]) => ({ value, label }))}
        value={listOf(draft.by)[0] ?? null}
        error={wrong('/by')}
        onChange={(by) => change({ by: by as 'credential' | 'app' })}
      />
      <Text size="xs" c="dimmed">
        {words.told}
      </Text>
    </>
  );
}
