import { Select, TextInput } from '@mantine/core';
import { useMay } from '../../../api/me';
import { texts } from '../../../texts';

const words = texts.home.steps.tenant;

/** The tenants in which somebody may do something. */
export function useTenantsFor(permission: string, tenants: string[]): string[] {
  const may = useMay();
  return tenants.filter((tenant) => may(permission, tenant));
}

/** Which tenant a thing is of: one of those that there are, or the name of the first one. */
export function TenantField(props: { tenants: string[]; value: string; onChange: (value: string) => void }) {
  if (props.tenants.length === 0) {
    return (
      <TextInput
        label={words.label}
        description={words.fresh}
        required
        maxLength={63}
        value={props.value}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <Select
      label={words.label}
      description={words.help}
      allowDeselect={false}
      data={props.tenants}
      value={props.value}
      onChange={(value) => props.onChange(value ?? '')}
    />
  );
}
