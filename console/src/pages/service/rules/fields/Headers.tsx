import { MultiSelect } from '@mantine/core';
import { texts } from '../../../../texts';
import { useWrong } from '../faults';
import { type Fields, FlagField, ListField, METHODS, TextField } from './inputs';
import { Pairs } from './Pairs';

const words = texts.rules.fields;

/** What headers, and bodies by them, have to be like. */
export function HeadersFields({ draft, change }: Fields) {
  const wrong = useWrong();
  const methods = draft.methods ?? [];
  return (
    <>
      <ListField
        at="/required"
        label={words.headers.required}
        help={words.headers.requiredHelp}
        value={draft.required}
        set={(required) => change({ required })}
      />
      <Pairs
        at="/values"
        kind="header"
        label={words.headers.values}
        help={words.condition.headersHelp}
        value={draft.values}
        set={(values) => change({ values })}
      />
      <ListField
        at="/content_types"
        label={words.headers.types}
        help={words.headers.typesHelp}
        value={draft.content_types}
        set={(content_types) => change({ content_types })}
      />
      <FlagField label={words.headers.sniff} value={draft.sniff} set={(sniff) => change({ sniff })} />
      <FlagField
        label={words.headers.lengthRequired}
        value={draft.length_required}
        set={(length_required) => change({ length_required })}
      />
      <MultiSelect
        label={words.headers.methods}
        description={words.headers.methodsHelp}
        data={[...new Set([...METHODS, ...methods])]}
        value={methods}
        error={wrong('/methods')}
        onChange={(chosen) => change({ methods: chosen as typeof methods })}
      />
    </>
  );
}

/** How large a body may be. */
export function BodyFields({ draft, change }: Fields) {
  return (
    <TextField
      at="/max_size"
      label={words.body.maxSize}
      help={words.body.maxSizeHelp}
      required
      maw={320}
      value={draft.max_size}
      set={(max_size) => change({ max_size })}
    />
  );
}
