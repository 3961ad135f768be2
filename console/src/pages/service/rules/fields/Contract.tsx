import { Checkbox, Radio, Select, Stack, Text } from '@mantine/core';
import { More } from '../../../../parts/More';
import { texts } from '../../../../texts';
import { listOf } from '../document';
import { useWrong } from '../faults';
import { type Fields, FlagField, ListField, TextField } from './inputs';

const words = texts.rules.fields.contract;

const PARTS = ['parameters', 'body', 'accept', 'encodings'] as const;

/** What of requests has to be as the document has it. */
export function ContractFields({ draft, change }: Fields) {
  const wrong = useWrong();
  const { uploads, status } = draft;
  const more =
    uploads !== undefined || draft.max_size !== undefined || (status !== undefined && status !== null);
  const upload = (members: NonNullable<typeof uploads>) => change({ uploads: { ...uploads, ...members } });
  return (
    <>
      <Text size="xs" c="dimmed">
        {words.document}
      </Text>
      <Radio.Group
        label={words.checks}
        value={draft.checks ? 'some' : 'all'}
        onChange={(value) => change({ checks: value === 'some' ? [...PARTS] : undefined })}
      >
        <Stack gap={6} mt={4}>
          <Radio value="all" label={words.all} />
          <Radio value="some" label={words.some} />
        </Stack>
      </Radio.Group>
      {draft.checks && (
        <Checkbox.Group
          aria-label={words.checks}
          ps="xl"
          value={draft.checks}
          error={wrong('/checks')}
          onChange={(checks) => change({ checks: PARTS.filter((part) => checks.includes(part)) })}
        >
          <Stack gap={6}>
            {PARTS.map((part) => (
              <Checkbox key={part} value={part} label={words.parts[part]} />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
      <FlagField
        label={words.unknown}
        value={draft.unknown_parameters === 'refuse'}
        set={(refused) => change({ unknown_parameters: refused ? 'refuse' : undefined })}
      />
      <More label={words.more} open={more}>
        <ListField
          at="/uploads/types"
          label={words.types}
          help={words.typesHelp}
          value={uploads?.types}
          set={(types) => upload({ types })}
        />
        <ListField
          at="/uploads/names"
          label={words.names}
          help={words.namesHelp}
          value={listOf(uploads?.names)}
          set={(names) => upload({ names })}
        />
        <TextField
          at="/max_size"
          label={words.maxSize}
          help={words.maxSizeHelp}
          maw={320}
          value={draft.max_size}
          set={(max_size) => change({ max_size })}
        />
        <Select
          label={words.status}
          maw={320}
          allowDeselect={false}
          data={Object.entries(words.statuses).map(([value, label]) => ({ value, label }))}
          value={status ? String(status) : 'own'}
          error={wrong('/status')}
          onChange={(said) => change({ status: said === 'own' ? undefined : Number(said) })}
        />
      </More>
    </>
  );
}
