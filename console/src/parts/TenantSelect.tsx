import { answer, api } from '../api/client';
import { may, useMe } from '../api/me';
import { pageOf } from '../api/pages';
import { type Choice, choiceOf, Searched } from './Searched';

/** Tenants that are offered at once; whoever means another one types a part of its name. */
const OFFERED = 50;

/** The platform among tenants, whose ids have no space. */
const PLATFORM = ' platform';

/**
 * Asks for a tenant: of those in which whoever is signed in may do something. With `platform`, what that is
 * called, for none of them, too: that is the empty text.
 */
export function TenantSelect(props: {
  label: string;
  description?: string;
  /** What one has to be allowed to do there. */
  permission?: string;
  platform?: string | undefined;
  value: string | undefined;
  onChange: (tenant: string | undefined) => void;
  required?: boolean;
  clearable?: boolean;
  placeholder?: string;
  autoFocus?: boolean;
}) {
  const { label, description, required, clearable, placeholder, autoFocus, permission, platform, value } =
    props;
  const who = useMe();
  const open = (tenant: string) => !permission || may(who, permission, tenant);
  const none = platform && { value: PLATFORM, label: platform };
  const find = async (q: string, signal: AbortSignal): Promise<Choice[]> => {
    const { items } = await pageOf((cursor) => {
      const query = { q: q || undefined, limit: OFFERED, cursor };
      return answer(api.GET('/api/v1/tenants', { params: { query }, signal }));
    });
    const found = items.filter((tenant) => open(tenant.id ?? '')).map(choiceOf);
    return none && (!q || none.label.toLowerCase().includes(q.toLowerCase())) ? [none, ...found] : found;
  };
  return (
    <Searched
      {...{ label, description, required, clearable, placeholder, autoFocus, find }}
      kind={`tenants ${permission} ${platform}`}
      chosen={value === undefined ? undefined : value === '' && none ? none : { value, label: value }}
      onChange={(chosen) => props.onChange(chosen?.value === PLATFORM ? '' : chosen?.value)}
    />
  );
}
