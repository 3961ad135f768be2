import { Select, Text } from '@mantine/core';
import { MomentInput } from '../../../parts/MomentInput';
import { texts } from '../../../texts';
import type { Service } from '../documents';
import { type Faults, Found, useWrong } from './faults';
import { FIELDS } from './fields';
import type { Fields } from './fields/inputs';
import { canShadow, type Kind } from './kinds';
import { NotSent } from './NotSent';
import { onOf, parametersOf, placeOf, placesOf, shownPlace } from './policy';
import type { Relaxing } from './relax';

/**
 * The fields of a rule: what it says, where it holds, and how strictly. `faults`: what it was not sent for;
 * `relaxing`: whether it may be taken out of force.
 */
type Of = Fields & { kind: Kind; service: Service; relaxing: Relaxing };

export function RuleFields(props: Of & { faults: Faults }) {
  const { kind, service, draft, change, relaxing } = props;
  const Kinds = FIELDS[kind];
  return (
    <Found value={props.faults}>
      <Text size="sm">{texts.rules.explain[kind]}</Text>
      <Kinds draft={draft} change={change} parameters={parametersOf(service)} />
      <Holds kind={kind} service={service} draft={draft} change={change} relaxing={relaxing} />
      <NotSent faults={props.faults} />
    </Found>
  );
}

/** Where a rule holds, and how strictly. */
function Holds(props: Of) {
  const { kind, service, draft, change, relaxing } = props;
  const wrong = useWrong();
  const words = texts.rules.form;
  const mode = draft.mode ?? 'enforce';
  const here = draft.on ? placeOf(draft.on) : '';
  const places = [...new Set([...placesOf(service), here])];
  const modes = Object.entries(words.modes).filter(
    ([value]) =>
      value === mode || (value === 'shadow' ? canShadow(kind) && relaxing !== 'not' : relaxing !== 'not'),
  );
  const proposed = mode !== 'enforce' && relaxing === 'propose' && words.proposed;
  const tried = mode === 'enforce' && canShadow(kind) && relaxing === 'may' && words.shadowHelp;
  return (
    <>
      <Select
        label={words.on}
        allowDeselect={false}
        searchable
        data={places.map((place) => ({ value: place || ' ', label: shownPlace(place) }))}
        value={here || ' '}
        error={wrong('/on')}
        onChange={(place) => change({ on: onOf(service.id, place?.trim() ?? '') })}
      />
      <Select
        label={words.mode}
        description={proposed || tried || undefined}
        allowDeselect={false}
        data={modes.map(([value, label]) => ({ value, label }))}
        value={mode}
        error={wrong('/mode')}
        onChange={(value) => change({ mode: (value ?? 'enforce') as typeof mode })}
      />
      {mode !== 'enforce' && (
        <MomentInput
          label={words.until}
          value={draft.until}
          error={wrong('/until')}
          onChange={(until) => change({ until })}
        />
      )}
    </>
  );
}
