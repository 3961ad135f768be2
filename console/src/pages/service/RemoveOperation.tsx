import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMayIn } from '../../api/rights';
import { Ask } from '../../parts/Ask';
import { Failure } from '../../parts/Failure';
import { Shown } from '../../parts/Shown';
import { useAddress } from '../../parts/search';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { LiveNote } from './EditVersion';
import { ownPolicies, policiesQuery } from './policies';
import type { OfVersion } from './types';
import { useSaving } from './useSaving';
import { isServed } from './versions';

/** Removes an operation, and the policies that are only its own, in one step. */
export function RemoveOperation(props: { of: OfVersion; name: string; onClose: () => void }) {
  const { of, name } = props;
  const { service } = of;
  const words = texts.services.operations;
  const [, go] = useAddress();
  const may = useMayIn();
  const { save, asking, questions } = useSaving();
  const readable = may('policies.read', service.tenant);
  const query = useQuery({ ...policiesQuery(of, name), enabled: readable });
  const own = query.data ? ownPolicies(query.data, of, name).map((policy) => policy.policy) : [];
  return (
    <>
      <Ask
        opened={!asking}
        danger
        title={words.removeTitle(`${service.id}/${of.name}/${name}`)}
        action={words.remove}
        comment="optional"
        disabled={readable && !query.data}
        onClose={props.onClose}
        onDone={async (comment) => {
          const went = await save(
            {
              kind: 'service',
              id: service.id,
              tenant: service.tenant,
              patch: { versions: { [of.name]: { operations: { [name]: null } } } },
              comment,
              along: own.map((id) => ({ kind: 'policy', id, delete: true })),
            },
            of.read.version,
          );
          if (went !== 'made') return;
          go({ operation: undefined }, true);
          told(words.removed(name));
        }}
      >
        {isServed(of.version) && <LiveNote />}
        <Text size="sm">{words.removeDetail}</Text>
        {own.length > 0 && (
          <Text size="sm">
            <Shown text={words.removePolicies(own.join(', '))} />
          </Text>
        )}
        <Failure error={query.error} />
      </Ask>
      {questions}
    </>
  );
}
