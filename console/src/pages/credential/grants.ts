import { useQuery } from '@tanstack/react-query';
import { accessQuery, catalogue, type Subscription, subscriptionsOf } from '../../api/apps';
import type { Schemas } from '../../api/client';

/** What a key of an app can carry. */
export interface Grants {
  /** The scopes that its subscriptions grant. */
  scopes: string[];
  /** The access roles that the app carries, by itself or by its groups. */
  accessRoles: string[];
  /** The services that it is subscribed to. */
  services: string[];
}

/** The scopes that a subscription grants: its own, or those of its plan that the service declares. */
export function scopesOf(subscription: Subscription, offers: Array<Schemas['Offer']>): string[] {
  if (subscription.scopes) return subscription.scopes;
  const offer = offers.find((offer) => offer.service === subscription.service);
  const plan = offer?.plans.find((plan) => plan.plan === subscription.plan);
  return planScopes(offer, plan?.scopes ?? []);
}

/** Of the scopes of a plan, those that a service declares: a plan may cover others too. */
export function planScopes(offer: Schemas['Offer'] | undefined, scopes: string[]): string[] {
  return scopes.filter((scope) => offer?.scopes.includes(scope));
}

/** What a key of an app can carry, as far as it is known yet. */
export function useGrants(app: string): Grants {
  const subscriptions = useQuery(subscriptionsOf(app)).data?.items ?? [];
  const offers = useQuery(catalogue).data ?? [];
  const access = useQuery(accessQuery(app)).data;
  const approved = subscriptions.filter((one) => one.state === 'approved');
  const unique = (names: string[]) => [...new Set(names)].sort();
  return {
    scopes: unique(approved.flatMap((one) => scopesOf(one, offers))),
    accessRoles: unique([...(access?.access_roles ?? []), ...Object.values(access?.groups ?? {}).flat()]),
    services: unique(approved.map((one) => one.service)),
  };
}
