import { answer, api, type Schemas } from '../../api/client';
import type { Change } from './data';
import type { OfVersion } from './types';

/** The policies that hold for an operation. */
export const policiesQuery = (of: OfVersion, operation: string) => ({
  queryKey: ['operation', of.service.id, of.name, operation, 'policies', of.read.version],
  queryFn: () =>
    answer(
      api.GET('/api/v1/services/{service}/versions/{version}/operations/{operation}/policies', {
        params: { path: { service: of.service.id, version: of.name, operation } },
      }),
    ),
});

/** The policies that are an operation's own: they cannot stay without it. */
export function ownPolicies(all: Schemas['EffectivePolicies'], of: OfVersion, operation: string) {
  const origin = `operation ${of.service.id}/${of.name}/${operation}`;
  return all.policies.filter((policy) => policy.origin === origin);
}

/** What an operation's own policy about media types says, and which one that is; an import names it so. */
export function mediaTypesOf(all: Schemas['EffectivePolicies'], of: OfVersion, operation: string) {
  const own = ownPolicies(all, of, operation).filter((policy) => policy.kind === 'headers');
  const id = mediaTypesId(of, operation);
  const policy = own.find((one) => one.policy === id) ?? own.find((one) => listed(one.says).length > 0);
  return { id: policy?.policy, types: policy ? listed(policy.says) : [] };
}

/** The change of policies that makes the media types of an operation these; none if they are these. */
export function changeOfMediaTypes(
  of: OfVersion,
  operation: string,
  now: { id: string | undefined; types: string[] },
  wanted: string[],
): Change[] {
  if (JSON.stringify(now.types) === JSON.stringify(wanted)) return [];
  if (now.id === undefined) {
    const on = { service: of.service.id, version: of.name, operation };
    const put = { kind: 'headers', on, content_types: wanted };
    return [{ kind: 'policy', id: mediaTypesId(of, operation), put, expect: 'absent' }];
  }
  if (wanted.length > 0) return [{ kind: 'policy', id: now.id, patch: { content_types: wanted } }];
  // One of ours says nothing else; one that somebody wrote may.
  return now.id === mediaTypesId(of, operation)
    ? [{ kind: 'policy', id: now.id, delete: true }]
    : [{ kind: 'policy', id: now.id, patch: { content_types: null } }];
}

/** The id of the policy, as imports make it; ids have 64 characters at most. */
function mediaTypesId(of: OfVersion, operation: string): string {
  const plain = `${of.service.id}.${of.name}.${operation}.media-types`;
  return plain.length <= 64
    ? plain
    : `${of.service.id.slice(0, 20)}.${of.name.slice(0, 8)}.${operation.slice(-22)}.media-types`;
}

function listed(says: unknown): string[] {
  const types = (says as { content_types?: unknown } | null)?.content_types;
  return Array.isArray(types) ? types.map(String) : [];
}
