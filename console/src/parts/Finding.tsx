import { Group } from '@mantine/core';
import { SearchField } from './SearchField';
import { useAddress } from './search';
import { TenantSelect } from './TenantSelect';

/** Looks for things by a phrase and a tenant. Both stand in the address, so that links say them. */
export function Finding(props: {
  words: { search: string; searchHelp?: string; tenant: string; everyTenant: string };
  /** What one has to be allowed to do in the tenants that are offered. */
  permission?: string;
}) {
  const { words, permission } = props;
  const [{ tenant }, change] = useAddress();
  return (
    <Group align="flex-end" gap="sm" role="search">
      <SearchField
        name="q"
        label={words.search}
        placeholder={words.searchHelp}
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
