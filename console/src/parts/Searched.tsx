import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { texts } from '../texts';
import classes from './Searched.module.css';
import { plain } from './Shown';

/** Something that a search found. */
export interface Choice {
  value: string;
  label: string;
}

/** A thing as a choice: what people call it, and its id. */
export function choiceOf({ id = '', title }: { id?: string; title?: string | undefined }): Choice {
  return { value: id, label: title && title !== id ? `${plain(title)} (${id})` : id };
}

/** How long after the last key the API is asked, in milliseconds. */
const PAUSE = 150;

/** Chooses something by a search over the API, of which only a few are loaded. */
export function Searched<Found extends Choice>(props: {
  label: string;
  description?: string | undefined;
  placeholder?: string | undefined;
  required?: boolean | undefined;
  /** Whether nothing may be chosen; without it, where it is not required. */
  clearable?: boolean | undefined;
  error?: string | undefined;
  autoFocus?: boolean | undefined;
  /** What is chosen; the label says it where it is none of those that were found. */
  chosen: Choice | undefined;
  onChange: (found: Found | undefined) => void;
  /** Tells its results from others'. */
  kind: string;
  find: (q: string, signal: AbortSignal) => Promise<Found[]>;
  /** Shows what was found where the field stands, and not over the page. */
  inPlace?: boolean;
}) {
  const { chosen } = props;
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed, PAUSE);
  // What was chosen stands in the field: it is no search for more of its kind.
  const isChosen = chosen && (q === chosen.label || q === chosen.value || q.endsWith(`(${chosen.value})`));
  const looked = isChosen ? '' : q;
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
      required={props.required}
      error={props.error ?? (found.error?.message || undefined)}
      searchable
      clearable={props.clearable ?? !props.required}
      clearButtonProps={{ 'aria-label': texts.common.clear(props.label) }}
      nothingFoundMessage={
        // A list of choices has to hold some, for those who hear it.
        <span role="option" aria-disabled aria-selected={false} tabIndex={-1}>
          {found.isPending ? texts.common.loading : texts.common.nothingFound}
        </span>
      }
      data={shown.map(({ value, label }) => ({ value, label }))}
      // The API has searched already.
      filter={({ options }) => options}
      value={chosen?.value ?? null}
      onChange={(value) => props.onChange(items.find((item) => item.value === value))}
      onSearchChange={setTyped}
      comboboxProps={{ withinPortal: !props.inPlace }}
      // What scrolls is the list itself, which the field's keys move through.
      withScrollArea={false}
      classNames={{ options: classes.options }}
      autoComplete="off"
      data-autofocus={props.autoFocus || undefined}
    />
  );
}
