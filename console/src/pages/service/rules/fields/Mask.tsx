import { Checkbox, Input, Select, SimpleGrid, Stack } from '@mantine/core';
import { More } from '../../../../parts/More';
import { texts } from '../../../../texts';
import type { Hide } from '../document';
import { useWrong } from '../faults';
import { type Fields, FlagField, NumberField, TextField } from './inputs';
import { Rows } from './Rows';

const words = texts.rules.fields.mask;

type Finds = keyof typeof words.finds;
type Instead = keyof typeof words.insteads;

/** What is hidden, and what stands in its place. */
export function MaskFields({ draft, change }: Fields) {
  const wrong = useWrong();
  const rules = draft.hide ?? [];
  return (
    <>
      <Input.Wrapper
        label={words.hide}
        labelElement="div"
        error={rules.length === 0 ? wrong('/hide') : undefined}
      >
        <Rows
          rows={rules}
          set={(hide) => change({ hide })}
          named={(at) => words.rule(at + 1)}
          add={words.add}
          fresh={(): Hide => ({ at: '' })}
        >
          {(rule, set, at) => <One at={`/hide/${at}`} rule={rule} set={set} />}
        </Rows>
      </Input.Wrapper>
      <More label={words.more} open={draft.unreadable === 'pass' || draft.max_body !== undefined}>
        <FlagField
          label={words.unreadable}
          help={words.unreadableHelp}
          value={draft.unreadable === 'pass'}
          set={(pass) => change({ unreadable: pass ? 'pass' : undefined })}
        />
        <TextField
          at="/max_body"
          label={words.maxBody}
          help={words.maxBodyHelp}
          maw={320}
          value={draft.max_body}
          set={(max_body) => change({ max_body })}
        />
      </More>
    </>
  );
}

function findsOf(rule: Hide): Finds {
  if (rule.value !== undefined) return 'value';
  return rule.matching !== undefined ? 'matching' : 'at';
}

function insteadOf(rule: Hide): Instead {
  if (rule.keep_first !== undefined || rule.keep_last !== undefined) return 'keep';
  if (rule.truncate !== undefined) return 'truncate';
  return rule.replace !== undefined ? 'replace' : 'stars';
}

/** What each way to find something begins with. */
const FOUND: Record<Finds, Hide> = { at: { at: '' }, value: { value: 'card' }, matching: { matching: '' } };

/** What each thing that can be shown instead begins with. */
const SHOWN: Record<Instead, Hide> = {
  stars: {},
  keep: { keep_first: 0, keep_last: 4 },
  truncate: { truncate: 2 },
  replace: { replace: '-' },
};

function One({ at, rule, set }: { at: string; rule: Hide; set: (rule: Hide) => void }) {
  const wrong = useWrong();
  const { only_records, at: place, value, matching, ...instead } = rule;
  const target = { at: place, value, matching };
  const records = only_records ? { only_records } : {};
  const finds = findsOf(rule);
  const shown = insteadOf(rule);
  return (
    <Stack gap="xs">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <Select
          label={words.by}
          allowDeselect={false}
          data={Object.entries(words.finds).map(([value, label]) => ({ value, label }))}
          value={finds}
          onChange={(now) => set({ ...FOUND[(now ?? 'at') as Finds], ...instead, ...records })}
        />
        {finds === 'at' && (
          <TextField
            at={`${at}/at`}
            label={words.at}
            help={words.atHelp}
            helpBelow
            required
            mono
            mayBeEmpty
            value={place}
            set={(place) => set({ ...rule, at: place })}
          />
        )}
        {finds === 'matching' && (
          <TextField
            at={`${at}/matching`}
            label={words.matching}
            help={words.matchingHelp}
            helpBelow
            required
            mono
            mayBeEmpty
            value={matching}
            set={(matching) => set({ ...rule, matching })}
          />
        )}
        {finds === 'value' && (
          <Select
            label={words.value}
            allowDeselect={false}
            data={Object.entries(words.values).map(([value, label]) => ({ value, label }))}
            value={value ?? null}
            error={wrong(`${at}/value`)}
            onChange={(now) => set({ ...rule, value: now as Hide['value'] })}
          />
        )}
        <Select
          label={words.instead}
          allowDeselect={false}
          data={Object.entries(words.insteads).map(([value, label]) => ({ value, label }))}
          value={shown}
          onChange={(now) => set({ ...target, ...SHOWN[(now ?? 'stars') as Instead], ...records })}
        />
        {shown === 'keep' && (
          <SimpleGrid cols={2} spacing="sm">
            <NumberField
              at={`${at}/keep_first`}
              label={words.first}
              value={rule.keep_first}
              set={(keep_first) => set({ ...rule, keep_first })}
            />
            <NumberField
              at={`${at}/keep_last`}
              label={words.last}
              value={rule.keep_last}
              set={(keep_last) => set({ ...rule, keep_last })}
            />
          </SimpleGrid>
        )}
        {shown === 'truncate' && (
          <NumberField
            at={`${at}/truncate`}
            label={words.truncate}
            value={rule.truncate}
            set={(truncate) => set({ ...rule, truncate: truncate ?? 0 })}
          />
        )}
        {shown === 'replace' && (
          <TextField
            at={`${at}/replace`}
            label={words.replace}
            mayBeEmpty
            value={rule.replace}
            set={(replace) => set({ ...rule, replace })}
          />
        )}
      </SimpleGrid>
      <Checkbox
        label={words.onlyRecords}
        checked={only_records ?? false}
        onChange={(event) => set({ ...rule, only_records: event.currentTarget.checked || undefined })}
      />
    </Stack>
  );
}
