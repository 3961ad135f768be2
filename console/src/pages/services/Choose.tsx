import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../../api/client';
import { useMay } from '../../api/me';
import { texts } from '../../texts';

/** How many are offered at a time; what is typed narrows them. */
const OFFERED = 30;

/** Chooses a tenant, or an upstream that exists: what is typed is looked for. */
export function Choose(props: {
  among: 'tenants' | 'upstreams';
  label: string;
  description?: string;
  placeholder?: string;
  value: string;
  /** Leaves out tenants in which this may not be done. */
  needs?: string;
  required?: boolean;
  clearable?: boolean;
  error?: string | undefined;
  onChange: (value: string) => void;
}) {
  const { among } = props;
  const may = useMay();
  const [typed, setTyped] = useState('');
  const [text] = useDebouncedValue(typed === props.value ? '' : typed, 200);
  const { data } = useQuery({
    queryKey: [among, 'choose', text],
    queryFn: () =>
      answer(api.GET(`/api/v1/${among}`, { params: { query: { q: text || undefined, limit: OFFERED } } })),
    placeholderData: keepPreviousData,
  });
  const found = (data?.items ?? []).flatMap((one) => (one.id ? [one.id] : []));
  const offered = found.filter((id) => !props.needs || may(props.needs, id));
  if (props.value && !offered.includes(props.value)) offered.unshift(props.value);
  return (
    <Select
      label={props.label}
      description={props.description}
      placeholder={props.placeholder}
      required={props.required}
      clearable={props.clearable}
      error={props.error}
      data={offered}
      value={props.value || null}
      onChange={(value) => props.onChange(value ?? '')}
      searchable
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage={texts.services.form.noMatch}
    />
  );
}
