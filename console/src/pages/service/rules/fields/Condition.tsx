import { MultiSelect } from '@mantine/core';
import { texts } from '../../../../texts';
import type { Conditions } from '../document';
import { useWrong } from '../faults';
import { Hours } from './Hours';
import { inCapitals, ListField, METHODS, TextField } from './inputs';
import { Pairs } from './Pairs';
import { type Named, ownZone, useEnvironments, useNames } from './useNames';

const words = texts.rules.fields.condition;

/** One condition that can be asked for. */
export type ConditionName = keyof Conditions;

/** The conditions, by what they are about. */
export const CONDITIONS = {
  when: ['time'],
  who: ['groups', 'apps', 'access_roles', 'claims'],
  where: ['lists', 'countries'],
  what: ['methods', 'headers', 'media_types', 'max_size', 'body', 'environments'],
} as const satisfies Record<string, readonly ConditionName[]>;

/** What a condition begins with. */
export function beginning(name: ConditionName): Conditions {
  if (name === 'time') return { time: { between: '08:00-18:00', days: 'mon-fri', zone: ownZone() } };
  if (name === 'headers' || name === 'claims' || name === 'body') return { [name]: {} };
  return { [name]: name === 'max_size' ? '' : [] };
}

interface Of {
  at: string;
  value: Conditions;
  set: (members: Conditions) => void;
}

/** The fields of one condition. */
export function Condition({ name, ...of }: Of & { name: ConditionName }) {
  const { at, value, set } = of;
  const here = `${at}/${name}`;
  switch (name) {
    case 'time':
      return value.time && <Hours at={here} value={value.time} set={(time) => set({ time })} />;
    case 'groups':
    case 'apps':
    case 'access_roles':
    case 'lists':
      return <NamesField {...of} name={name} />;
    case 'environments':
      return <Environments {...of} />;
    case 'methods':
      return <Methods {...of} />;
    case 'countries':
      return (
        <ListField
          at={here}
          label={words.labels.countries}
          help={words.countriesHelp}
          value={value.countries}
          set={(codes) => set({ countries: inCapitals(codes) })}
        />
      );
    case 'media_types':
      return (
        <ListField
          at={here}
          label={words.labels.media_types}
          help={words.mediaTypesHelp}
          value={value.media_types}
          set={(media_types) => set({ media_types })}
        />
      );
    case 'max_size':
      return (
        <TextField
          at={here}
          label={words.labels.max_size}
          help={words.sizeHelp}
          maw={240}
          mayBeEmpty
          value={value.max_size}
          set={(max_size) => set({ max_size })}
        />
      );
    case 'headers':
      return (
        <Pairs
          at={here}
          kind="header"
          label={words.labels.headers}
          help={words.headersHelp}
          value={value.headers}
          set={(headers) => set({ headers })}
        />
      );
    case 'claims':
      return (
        <Pairs
          at={here}
          kind="claim"
          label={words.labels.claims}
          help={words.claimsHelp}
          value={value.claims}
          set={(claims) => set({ claims })}
        />
      );
    case 'body':
      return (
        <Pairs
          at={here}
          kind="place"
          label={words.labels.body}
          help={words.bodyHelp}
          value={value.body}
          set={(body) => set({ body })}
        />
      );
  }
}

function NamesField({ at, name, value, set }: Of & { name: Named }) {
  return (
    <ListField
      at={`${at}/${name}`}
      label={words.labels[name]}
      help={texts.rules.fields.enter}
      data={useNames(name)}
      value={value[name]}
      set={(names) => set({ [name]: names })}
    />
  );
}

function Environments({ at, value, set }: Of) {
  return (
    <ListField
      at={`${at}/environments`}
      label={words.labels.environments}
      data={useEnvironments()}
      value={value.environments}
      set={(environments) => set({ environments })}
    />
  );
}

function Methods({ at, value, set }: Of) {
  const wrong = useWrong();
  const methods = value.methods ?? [];
  return (
    <MultiSelect
      label={words.labels.methods}
      data={[...new Set([...METHODS, ...methods])]}
      value={methods}
      error={wrong(`${at}/methods`)}
      onChange={(chosen) => set({ methods: chosen as typeof methods })}
    />
  );
}
