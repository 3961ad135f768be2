import { MultiSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../../api/client';
import { useMay } from '../../api/me';
import { useMayIn } from '../../api/rights';
import { choiceOf } from '../../parts/Searched';
import { texts } from '../../texts';

const words = texts.apps.appForm;

/** The access roles that an app carries. One gives those that are one's own to give, and takes away any. */
export function RolesField(props: { value: string[]; onChange: (roles: string[]) => void }) {
  const mayRead = useMay()('access_roles.read');
  const may = useMayIn();
  const query = useQuery({
    queryKey: ['access-roles'],
    queryFn: () => answer(api.GET('/api/v1/access-roles', { params: { query: { limit: 1000 } } })),
    enabled: mayRead,
  });
  const own = (query.data?.items ?? []).filter((role) => may('access_roles.write', role.tenant));
  const carried = props.value.filter((id) => !own.some((role) => role.id === id));
  const choices = [...own.map(choiceOf), ...carried.map((id) => ({ value: id, label: id }))];
  if (choices.length === 0) return null;
  return (
    <MultiSelect
      label={words.roles}
      description={words.rolesHelp}
      data={choices}
      value={props.value}
      onChange={props.onChange}
      hidePickedOptions
      searchable
    />
  );
}
