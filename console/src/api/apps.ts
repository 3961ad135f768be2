import { queryOptions } from '@tanstack/react-query';
import { answer, api, type Schemas, versioned } from './client';
import { codeOf } from './problem';
import { queries } from './queries';

/** An app of a tenant. */
export type App = Schemas['AppDocument'];
/** A key of an app. */
export type Credential = Schemas['CredentialDocument'];
/** An app's access to a service. */
export type Subscription = Schemas['SubscriptionDocument'];

/** An app, with the version that was read. */
export const appQuery = (id: string) =>
  queryOptions({
    queryKey: ['app', id],
    queryFn: () => versioned(api.GET('/api/v1/apps/{id}', { params: { path: { id } } })),
  });

/** An app for its tenant and title only: null where one may not see it. */
export const ownerQuery = (id: string) =>
  queryOptions({
    queryKey: ['app', id, 'owner'],
    queryFn: () => ifSeen(answer(api.GET('/api/v1/apps/{id}', { params: { path: { id } } }))),
    staleTime: 30_000,
  });

/** A service for its tenant and title only: null where one may not see it. */
export const publisherQuery = (id: string) =>
  queryOptions({
    queryKey: ['service', id, 'publisher'],
    queryFn: () => ifSeen(answer(api.GET('/api/v1/services/{id}', { params: { path: { id } } }))),
    staleTime: 30_000,
  });

/** A key, with the version that was read. */
export const credentialQuery = (id: string) =>
  queryOptions({
    queryKey: ['credential', id],
    queryFn: () => versioned(api.GET('/api/v1/credentials/{id}', { params: { path: { id } } })),
  });

/** A subscription, with the version that was read. */
export const subscriptionQuery = (id: string) =>
  queryOptions({
    queryKey: ['subscription', id],
    queryFn: () => versioned(api.GET('/api/v1/subscriptions/{id}', { params: { path: { id } } })),
  });

/** What an app may call, the first of it. */
export const accessQuery = (app: string) =>
  queryOptions({
    queryKey: ['app', app, 'access'],
    queryFn: () =>
      answer(api.GET('/api/v1/apps/{app}/access', { params: { path: { app }, query: { limit: 200 } } })),
  });

/** The subscriptions of an app, a page of them. */
export const subscriptionsOf = (app: string, cursor?: string) =>
  queryOptions({
    queryKey: ['subscriptions', { app, cursor }],
    queryFn: () =>
      answer(api.GET('/api/v1/subscriptions', { params: { query: { app, cursor, limit: 100 } } })),
  });

/** What is offered to the tenants of whoever is signed in. */
export const catalogue = queryOptions({
  queryKey: ['catalogue'],
  queryFn: () => answer(api.GET('/api/v1/catalogue')),
  staleTime: 60_000,
});

/** The declared environments; `production` is there without being declared. */
export const environments = queryOptions({
  queryKey: ['environments'],
  queryFn: () => answer(api.GET('/api/v1/environments', { params: { query: { limit: 1000 } } })),
  staleTime: 60_000,
});

/** What one may not see is not there: null for it, as for what does not exist. */
export async function ifSeen<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'resource.not_found' || code === 'permission.missing') return null;
    throw error;
  }
}

/** Brings up to date whatever shows apps, keys, subscriptions or what waits. */
export function refreshApps(): Promise<unknown> {
  const shown = ['app', 'apps', 'approvals', 'credential', 'credentials', 'subscription', 'subscriptions'];
  return Promise.all(shown.map((name) => queries.invalidateQueries({ queryKey: [name] })));
}
