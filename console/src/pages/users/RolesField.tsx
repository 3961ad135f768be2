import { MultiSelect } from '@mantine/core';
import { texts } from '../../texts';
import { useRoles } from './roles';

/** Chooses roles, each with what it is for: of a tenant, or of the platform. */
export function RolesField(props: {
  tenant: string | null;
  label: string;
  required?: boolean;
  value: string[];
  onChange: (roles: string[]) => void;
}) {
  const roles = useRoles(props.tenant);
  // A role that is gone stays to be seen, and to be taken away.
  const gone = props.value.filter((role) => !roles.some((known) => known.value === role));
  return (
    <MultiSelect
      label={props.label}
      description={texts.users.invite.rolesHelp}
      required={props.required}
      data={[...roles, ...gone.map((value) => ({ value, label: value }))]}
      renderOption={({ option }) => option.label}
      value={props.value}
      onChange={props.onChange}
      hidePickedOptions
      searchable
    />
  );
}
