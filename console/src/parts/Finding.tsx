import { Group, TextInput } from '@mantine/core';
import { useAddress } from './search';
import { TenantSelect } from './TenantSelect';
import { useTyped } from './typed';

/** Looks for things by a phrase and a tenant. Both stand in the address, so that links say them. */
export function Finding(props: {
  words: { search: string; searchHelp?: string; tenant: string; everyTenant: string };
  /** What one has to be allowed to do in the tenants that are offered. */
  permission?: string;
}) {
  const { words, permission } = props;
  const [{ q = '', tenant }, change] = useAddress();
  const [typed, type] = useTyped(q, (q) => change({ q: q || undefined }, true));
  return (
    <Group align="flex-end" gap="sm" role="search">
      <TextInput
        type="search"
        label={words.search}
        placeholder={words.searchHelp}
        value={typed}
        onChange={(event) => type(event.currentTarget.value)}
        style={{ flex: '1 1 14rem' }}
      />
      <TenantSelect
        label={words.tenant}
        placeholder={words.everyTenant}
        permission={permission}
        value={tenant}
        onChange={(tenant) => change({ tenant: tenant || undefined }, true)}
      />
    </Group>
  );
}
