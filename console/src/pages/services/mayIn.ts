import { may, useMe } from '../../api/me';

/** Asks whether somebody may do something with what a tenant owns; what no tenant owns is the platform's. */
export function useMayIn(): (permission: string, tenant: string | undefined) => boolean {
  const who = useMe();
  return (permission, tenant) =>
    tenant ? may(who, permission, tenant) : (who?.platform.includes(permission) ?? false);
}
