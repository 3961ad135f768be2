import { TextInput } from '@mantine/core';
import { useMay } from '../../../api/me';
import { TenantSelect } from '../../../parts/TenantSelect';
import { texts } from '../../../texts';

const words = texts.home.steps.tenant;

/** The tenants in which somebody may do something. */
export function useTenantsFor(permission: string, tenants: string[]): string[] {
  const may = useMay();
  return tenants.filter((tenant) => may(permission, tenant));
}

/** Which tenant a thing is of: one of those that there are, or the name of the first one. */
export function TenantField(props: {
  tenants: string[];
  permission: string;
  value: string;
  onChange: (value: string) => void;
}) {
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
    <TenantSelect
      label={words.label}
      description={words.help}
      permission={props.permission}
      required
      value={props.value}
      onChange={(value) => props.onChange(value ?? '')}
    />
  );
}
