import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { catalogue, refreshApps, type Subscription, subscriptionQuery } from '../../api/apps';
import { answer, api } from '../../api/client';
import { queries } from '../../api/queries';
import { Editing } from '../../parts/Editing';
import { SubsetField } from '../../parts/fields';
import { MomentInput } from '../../parts/MomentInput';
import { bodyOf, patching, type Versioned } from '../../parts/patch';
import { told } from '../../parts/told';
import { texts } from '../../texts';

const words = texts.approvals.change;

/** Changes what a subscription grants: its plan, its scopes, its end. */
export function Change(props: { of: Versioned<Subscription>; onClose: () => void }) {
  const { id = '', app, service, plan } = props.of.value;
  const offer = useQuery(catalogue).data?.find((offer) => offer.service === service);
  const plans = [...new Set([plan, ...(offer?.plans.map((one) => one.plan) ?? [])])];
  return (
    <Editing
      title={words.title(app, service)}
      base={props.of}
      read={() => queries.fetchQuery({ ...subscriptionQuery(id), staleTime: 0 })}
      write={async (patch, version, comment) => {
        await answer(
          api.PATCH('/api/v1/subscriptions/{id}', {
            params: { path: { id }, query: { comment: comment || undefined }, header: patching(version) },
            body: bodyOf(patch),
          }),
        );
        told(words.done(app, service));
        await refreshApps();
      }}
      onClose={props.onClose}
    >
      {(draft, change) => (
        <>
          <NativeSelect
            label={texts.approvals.approve.plan}
            data={plans}
            value={draft.plan}
            onChange={(event) => change({ plan: event.currentTarget.value })}
            data-autofocus
          />
          <SubsetField
            label={texts.approvals.approve.scopes}
            all={words.allScopes}
            some={words.someScopes}
            none={texts.approvals.approve.noScopes}
            options={offer?.scopes ?? []}
            value={draft.scopes}
            onChange={(scopes) => change({ scopes })}
          />
          <MomentInput
            label={texts.approvals.approve.ends}
            value={draft.expires_at}
            onChange={(expires_at) => change({ expires_at })}
          />
        </>
      )}
    </Editing>
  );
}
