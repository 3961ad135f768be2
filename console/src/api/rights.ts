import { type Me, may, useMe } from './me';

/** Whose something is: a tenant's, or the platform's. */
export type Owner = string | null | undefined;

/**
 * Whether somebody may do something with what a tenant owns; what no tenant owns (null) is the platform's, and
 * a role in some tenant says nothing of it.
 */
export function mayIn(who: Me | null, permission: string, owner: Owner): boolean {
  return owner ? may(who, permission, owner) : (who?.platform.includes(permission) ?? false);
}

/** Asks {@link mayIn} for whoever is signed in. */
export function useMayIn(): (permission: string, owner: Owner) => boolean {
  const who = useMe();
  return (permission, owner) => mayIn(who, permission, owner);
}
