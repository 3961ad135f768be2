import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { answer, api } from '../../api/client';
import { useMayIn } from '../../api/rights';
import { Ask } from '../../parts/Ask';
import { Loaded } from '../../parts/Loaded';
import { Shown } from '../../parts/Shown';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { changeTogether, type Read, refresh } from './data';
import type { Service } from './documents';

/** Policies that are looked through at a time: they cannot be asked for by service. */
const PART = 1000;

/** The policies that are for a service, or a part of it, alone: they cannot stay without it. */
const policiesOfQuery = (service: string) => ({
  queryKey: ['service', service, 'policies'],
  queryFn: async () => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await answer(api.GET('/api/v1/policies', { params: { query: { limit: PART, cursor } } }));
      for (const { id, on } of page.items) {
        if (id && typeof on === 'object' && on.service === service) found.push(id);
      }
      cursor = page.next ?? undefined;
    } while (cursor);
    return found;
  },
});

/** Deletes a service, and the policies that are only its own, in one step. */
export function RemoveService(props: { read: Read<Service>; onClose: () => void }) {
  const { version } = props.read;
  const { id, tenant } = props.read.value;
  const navigate = useNavigate();
  const may = useMayIn();
  const mayPolicies = may('policies.read', tenant) && may('policies.write', tenant);
  const own = useQuery({ ...policiesOfQuery(id), enabled: mayPolicies, staleTime: 0 });
  const words = texts.services.page;
  return (
    <Ask
      opened
      danger
      title={words.removeTitle(id)}
      action={words.remove}
      comment="required"
      disabled={mayPolicies && !own.data}
      onClose={props.onClose}
      onDone={async (comment) => {
        if (own.data?.length) {
          const read = Number(version.replaceAll('"', ''));
          const along = own.data.map((policy) => ({ kind: 'policy', id: policy, delete: true as const }));
          const service = { kind: 'service', id, delete: true as const, expect: { version: read } };
          await changeTogether([service, ...along], comment);
        } else {
          const params = { path: { id }, query: { comment }, header: { 'If-Match': version } };
          await answer(api.DELETE('/api/v1/services/{id}', { params }));
        }
        await navigate({ to: '/services' });
        told(words.removed(id));
        await refresh();
      }}
    >
      <Text size="sm">{words.removeDetail}</Text>
      {mayPolicies && (
        <Loaded query={own}>
          {(policies) =>
            policies.length > 0 && (
              <Text size="sm">
                <Shown text={words.removePolicies(policies.join(', '))} first={600} />
              </Text>
            )
          }
        </Loaded>
      )}
    </Ask>
  );
}
