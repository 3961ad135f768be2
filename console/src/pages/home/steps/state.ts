import { useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../../../api/client';

type Service = Schemas['ServiceDocument'];
type App = Schemas['AppDocument'];
type Subscription = Schemas['SubscriptionDocument'];

/** How far the first steps are. All of it is read from what is stored, so that anybody can go on with them. */
export interface Progress {
  service?: Service & { id: string };
  /** The version that is meant, and whether it is published. */
  version?: string;
  published: boolean;
  operation?: { id: string; method: string; path: string };
  /** Whether callers need an app with a key, and that a subscription. */
  needsKey: boolean;
  needsSubscription: boolean;
  app?: App & { id: string };
  subscription?: (Subscription & { id: string }) | undefined;
  /** The plan that a subscription would be under. */
  plan?: string;
  hasKey: boolean;
  called: boolean;
  tenants: string[];
  services: number;
}

/** How many documents of a kind are looked at: these are first steps. */
const LOOKED_AT = 50;

/** The version of a service that comes first: a published one, then one with operations. */
function bestVersion(service: Service): { name?: string; rank: number } {
  let best: { name?: string; rank: number } = { rank: -1 };
  for (const [name, version] of Object.entries(service.versions)) {
    const operations = Object.keys(version.operations).length > 0;
    const published = (version.state ?? 'published') === 'published';
    const rank = operations ? (published ? 3 : 2) : published ? 1 : 0;
    if (rank > best.rank) best = { name, rank };
  }
  return best;
}

/** The service that is furthest along. */
function bestService(services: Service[]): Service | undefined {
  return services.reduce<Service | undefined>(
    (best, one) => (!best || bestVersion(one).rank > bestVersion(best).rank ? one : best),
    undefined,
  );
}

/** An operation to call: one that takes POST before others. */
function bestOperation(version: Service['versions'][string] | undefined): Progress['operation'] {
  const all = Object.entries(version?.operations ?? {});
  const takesPost = all.find(([, one]) => !one.methods?.length || one.methods.includes('POST'));
  const [id, one] = takesPost ?? all[0] ?? [];
  if (!id || !one) return undefined;
  return { id, method: takesPost ? 'POST' : String(one.methods?.[0] ?? 'GET'), path: one.path };
}

const page = { limit: LOOKED_AT } as const;

async function read(): Promise<Progress> {
  const [services, tenants] = await Promise.all([
    answer(api.GET('/api/v1/services', { params: { query: page } })),
    answer(api.GET('/api/v1/tenants', { params: { query: page } })),
  ]);
  const service = bestService(services.items);
  const found: Progress = {
    published: false,
    needsKey: true,
    needsSubscription: true,
    hasKey: false,
    called: false,
    tenants: tenants.items.map((tenant) => tenant.id ?? ''),
    services: services.items.length,
  };
  const apps = await answer(api.GET('/api/v1/apps', { params: { query: page } }));
  if (!service?.id) return found;
  found.service = { ...service, id: service.id };
  const { name } = bestVersion(service);
  if (!name) return found;
  const version = service.versions[name];
  found.version = name;
  found.operation = bestOperation(version);
  found.published = (version?.state ?? 'published') === 'published';
  found.needsKey = service.authentication != null;
  found.needsSubscription = found.needsKey && service.authentication?.subscription !== false;
  const query = { ...page, service: service.id };
  const [subscriptions, plans, calls] = await Promise.all([
    answer(api.GET('/api/v1/subscriptions', { params: { query } })),
    answer(api.GET('/api/v1/plans', { params: { query: page } })),
    answer(
      api.GET('/api/v1/calls', { params: { query: { service: service.id, outcome: 'allowed', limit: 1 } } }),
    ),
  ]);
  found.called = calls.items.length > 0;
  found.plan = plans.items.find((plan) => plan.services?.includes(service.id ?? ''))?.id;
  const approved = subscriptions.items.find((one) => one.state === 'approved');
  const subscription = approved ?? subscriptions.items.find((one) => one.state === 'pending');
  const app = subscription
    ? apps.items.find((one) => one.id === subscription.app)
    : (apps.items.find((one) => one.tenant === service.tenant) ?? apps.items[0]);
  if (subscription?.id) found.subscription = { ...subscription, id: subscription.id };
  if (!app?.id) return found;
  found.app = { ...app, id: app.id };
  const keys = await answer(api.GET('/api/v1/credentials', { params: { query: { ...page, app: app.id } } }));
  found.hasKey = keys.items.some((key) => !key.revoked_at);
  return found;
}

/** Reads how far the first steps are. */
export function useProgress(enabled: boolean) {
  return useQuery({ queryKey: ['first-steps'], queryFn: read, enabled });
}

/** The steps, in their order, and whether each is done. */
export function stepsOf(at: Progress): Array<{ step: Step; done: boolean }> {
  const approved = !at.needsSubscription || at.subscription?.state === 'approved';
  return [
    { step: 'service', done: at.service !== undefined },
    { step: 'operation', done: at.operation !== undefined },
    { step: 'publish', done: at.operation !== undefined && at.published },
    { step: 'app', done: !at.needsKey || (at.app !== undefined && approved) },
    { step: 'key', done: !at.needsKey || at.hasKey },
    { step: 'send', done: at.called },
  ];
}

/** One of the first steps. */
export type Step = 'service' | 'operation' | 'publish' | 'app' | 'key' | 'send';
