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

/** Where somebody may do something. */
export interface Where {
  /** With what no tenant owns, and in every tenant. */
  onPlatform: boolean;
  /** The tenants in which one may by a role there. */
  tenants: string[];
  /** The one tenant, where it is one: whoever works in it means that one. */
  only: string | undefined;
}

/** Where somebody may do something, by what their roles say. */
export function whereMay(who: Me | null, permission: string): Where {
  const roles = Object.entries(who?.tenants ?? {});
  const tenants = roles.filter(([, points]) => points.includes(permission)).map(([tenant]) => tenant);
  const only = tenants.length === 1 ? tenants[0] : undefined;
  return { onPlatform: mayIn(who, permission, null), tenants, only };
}

/** Asks {@link whereMay} for whoever is signed in. */
export function useWhere(permission: string): Where {
  return whereMay(useMe(), permission);
}
