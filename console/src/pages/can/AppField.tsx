import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../../api/client';
import { texts } from '../../texts';

/** Between the id and the title of something. */
const BETWEEN = ' · ';

/** Chooses something by a search over the API, of which only a few are loaded. */
function Searched(props: {
  label: string;
  description?: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  find: (q: string) => Promise<Array<{ id?: string; title?: string }>>;
  kind: string;
}) {
  const [typed, setTyped] = useState(props.value);
  const [q] = useDebouncedValue(typed, 150);
  // What was chosen stands in the field: it is no search for more of its kind.
  const looked = q === props.value || q.startsWith(`${props.value}${BETWEEN}`) ? '' : q;
  const found = useQuery({
    queryKey: ['find', props.kind, looked],
    queryFn: () => props.find(looked),
    placeholderData: keepPreviousData,
  });
  const items = (found.data ?? []).map(({ id = '', title }) => ({
    value: id,
    label: title && title !== id ? `${id}${BETWEEN}${title.slice(0, 80)}` : id,
  }));
  // The chosen one may be none of those that were found.
  const data =
    !props.value || items.some((item) => item.value === props.value)
      ? items
      : [{ value: props.value, label: props.value }, ...items];
  return (
    <Select
      label={props.label}
      description={props.description}
      placeholder={props.placeholder}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': texts.can.clear(props.label) }}
      nothingFoundMessage={texts.can.nothingFound}
      data={data}
      // The API has searched already.
      filter={({ options }) => options}
      value={props.value || null}
      onChange={(value) => props.onChange(value ?? '')}
      onSearchChange={setTyped}
      autoComplete="off"
    />
  );
}

/** Chooses an app. */
export function AppField(props: {
  label: string;
  description: string;
  value: string;
  onChange: (app: string) => void;
}) {
  return (
    <Searched
      {...props}
      kind="apps"
      placeholder={texts.can.appPlaceholder}
      find={async (q) =>
        (await answer(api.GET('/api/v1/apps', { params: { query: { q, limit: 20 } } }))).items
      }
    />
  );
}

/** Chooses a service. */
export function ServiceField(props: { value: string; onChange: (service: string) => void }) {
  return (
    <Searched
      {...props}
      kind="services"
      label={texts.can.service}
      placeholder={texts.can.servicePlaceholder}
      find={async (q) =>
        (await answer(api.GET('/api/v1/services', { params: { query: { q, limit: 20 } } }))).items
      }
    />
  );
}
