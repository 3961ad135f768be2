import { useQuery } from '@tanstack/react-query';
import type { Called, Fix, Step } from '../../api/answers/explanation';
import { answer, api } from '../../api/client';
import { useMay } from '../../api/me';

/** The permission that changing documents of a kind takes; settings of the platform are not here. */
const WRITES: Record<string, string> = {
  access_role: 'access_roles.write',
  app: 'apps.write',
  category: 'categories.write',
  certificate: 'certificates.write',
  credential: 'credentials.write',
  environment: 'environments.write',
  group: 'groups.write',
  list: 'lists.write',
  plan: 'plans.write',
  policy: 'policies.write',
  service: 'services.write',
  subscription: 'subscriptions.decide',
  tenant: 'tenants.write',
  tenant_default: 'tenants.write',
  upstream: 'upstreams.write',
};

/** Kinds that belong with the app that called, as opposed to with the service that was called. */
const OF_APP = new Set(['app', 'credential', 'group']);

/** What a step takes: a permission, and where: on the platform, with the service's or the app's tenant. */
function takes(step: Step): { needs: string; where: 'platform' | 'service' | 'app' } {
  if ('create_key' in step) return { needs: 'credentials.write', where: 'app' };
  if ('lift_block' in step) return { needs: 'blocks.lift', where: 'platform' };
  const { kind } = step.change;
  const needs = Object.hasOwn(WRITES, kind) ? WRITES[kind] : undefined;
  if (!needs) return { needs: 'settings.write', where: 'platform' };
  return { needs, where: OF_APP.has(kind) ? 'app' : 'service' };
}

/**
 * Whether whoever is signed in may apply a fix: as the API says or, where it does not say, by the kinds of
 * what changes and the tenants of service and app. The last word is the API's when it is applied.
 */
export function useMayApply(asked: Called): (fix: Fix) => boolean {
  const may = useMay();
  const name = asked.app;
  const app = useQuery({
    queryKey: ['app', name],
    queryFn: () => answer(api.GET('/api/v1/apps/{id}', { params: { path: { id: name ?? '' } } })),
    enabled: name !== undefined && may('apps.read') && may('credentials.write'),
  });
  const tenants = { service: asked.tenant, app: app.data?.tenant, platform: undefined };
  return (fix) =>
    fix.may_apply ??
    fix.steps.every((step) => {
      const { needs, where } = takes(step);
      // Of nobody's tenant only the platform's permissions hold.
      return may(needs, tenants[where] ?? '/');
    });
}
