import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { texts } from '../../texts';
import classes from './Can.module.css';

/** Something that a search found. */
export interface Choice {
  value: string;
  label: string;
}

/** Chooses something by a search over the API, of which only a few are loaded. */
export function Searched<Found extends Choice>(props: {
  label: string;
  description?: string;
  placeholder: string;
  /** What is chosen; the label says it where it is none of those that were found. */
  chosen: Choice | undefined;
  onChange: (found: Found | undefined) => void;
  /** Tells its results from others'. */
  kind: string;
  find: (q: string, signal: AbortSignal) => Promise<Found[]>;
}) {
  const { chosen } = props;
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed, 150);
  // What was chosen stands in the field: it is no search for more of its kind.
  const looked = q === chosen?.label ? '' : q;
  const found = useQuery({
    queryKey: ['find', props.kind, looked],
    queryFn: ({ signal }) => props.find(looked, signal),
    placeholderData: keepPreviousData,
  });
  const items = found.data ?? [];
  const shown = !chosen || items.some(({ value }) => value === chosen.value) ? items : [chosen, ...items];
  return (
    <Select
      label={props.label}
      description={props.description}
      placeholder={props.placeholder}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': texts.can.clear(props.label) }}
      nothingFoundMessage={texts.can.nothingFound}
      data={shown.map(({ value, label }) => ({ value, label }))}
      // The API has searched already.
      filter={({ options }) => options}
      value={chosen?.value ?? null}
      onChange={(value) => props.onChange(items.find((item) => item.value === value))}
      onSearchChange={setTyped}
      comboboxProps={{ withinPortal: false }}
      // What scrolls is the list itself, which the field's keys move through.
      withScrollArea={false}
      classNames={{ options: classes.options }}
      autoComplete="off"
    />
  );
}
