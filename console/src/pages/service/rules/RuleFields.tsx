import { Select, Text } from '@mantine/core';
import { MomentInput } from '../../../parts/MomentInput';
import { texts } from '../../../texts';
import type { Service } from '../documents';
import { type Fields, FieldsOf } from './fields';
import { type Kind, onOf, placeOf, placesOf } from './policy';

/** The fields of a rule: what it says, where it holds, and how strictly. */
export function RuleFields(props: Fields & { kind: Kind; service: Service }) {
  const { kind, service, draft, change } = props;
  const words = texts.rules;
  const mode = draft.mode ?? 'enforce';
  const named = (place: string) => {
    const { version, operation } = onOf(service.id, place);
    if (version === undefined) return words.whole;
    return operation === undefined ? words.version(version) : words.operation(version, operation);
  };
  const here = draft.on ? placeOf(draft.on) : '';
  const places = [...new Set([...placesOf(service), here])];
  return (
    <>
      <Text size="sm">{words.explain[kind]}</Text>
      <FieldsOf kind={kind} draft={draft} change={change} />
      <Select
        label={words.form.on}
        allowDeselect={false}
        searchable
        data={places.map((place) => ({ value: place || ' ', label: named(place) }))}
        value={here || ' '}
        onChange={(place) => change({ on: onOf(service.id, place?.trim() ?? '') })}
      />
      <Select
        label={words.form.mode}
        allowDeselect={false}
        data={Object.entries(words.form.modes).map(([value, label]) => ({ value, label }))}
        value={mode}
        onChange={(value) => change({ mode: (value ?? 'enforce') as typeof mode })}
      />
      {mode !== 'enforce' && (
        <MomentInput label={words.form.until} value={draft.until} onChange={(until) => change({ until })} />
      )}
    </>
  );
}
