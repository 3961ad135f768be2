import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../api/client';
import { may, useMe } from '../api/me';
import { plain } from './Shown';

/** Tenants that are offered at once; whoever means another one types a part of its name. */
const OFFERED = 50;

/** Asks for a tenant: of those in which whoever is signed in may do something. */
export function TenantSelect(props: {
  label: string;
  description?: string;
  /** What one has to be allowed to do there. */
  permission: string;
  value: string | undefined;
  onChange: (tenant: string | undefined) => void;
  required?: boolean;
  clearable?: boolean;
  placeholder?: string;
  autoFocus?: boolean;
}) {
  const who = useMe();
  const [typed, setTyped] = useState('');
  // What was chosen stands in the field too, and is nothing to look for.
  const chosen = props.value;
  const phrase = chosen && (typed === chosen || typed.endsWith(`(${chosen})`)) ? '' : typed;
  const [q] = useDebouncedValue(phrase, 200);
  const { data } = useQuery({
    queryKey: ['tenants', 'offered', q],
    queryFn: () =>
      answer(api.GET('/api/v1/tenants', { params: { query: { q: q || undefined, limit: OFFERED } } })),
    placeholderData: keepPreviousData,
  });
  const found = (data?.items ?? [])
    .map((tenant) => ({ value: tenant.id ?? '', label: named(tenant.id ?? '', tenant.title) }))
    .filter((tenant) => may(who, props.permission, tenant.value));
  const options =
    chosen && !found.some((tenant) => tenant.value === chosen)
      ? [{ value: chosen, label: chosen }, ...found]
      : found;
  return (
    <Select
      label={props.label}
      description={props.description}
      placeholder={props.placeholder}
      required={props.required}
      clearable={props.clearable}
      searchable
      data={options}
      value={chosen ?? null}
      onChange={(value) => props.onChange(value ?? undefined)}
      onSearchChange={setTyped}
      // The API looks for what was typed.
      filter={({ options }) => options}
      data-autofocus={props.autoFocus || undefined}
    />
  );
}

function named(id: string, title: string | undefined): string {
  return title ? `${plain(title)} (${id})` : id;
}
