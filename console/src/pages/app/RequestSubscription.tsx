import { NativeSelect, Select, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { catalogue, refreshApps, type Subscription } from '../../api/apps';
import { answer, api, type Schemas } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { SubsetField } from '../../parts/fields';
import { Names } from '../../parts/Names';
import { plain, Shown } from '../../parts/Shown';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { planScopes } from '../credential/grants';

const words = texts.apps.request;

/** Asks the publisher of a service for a subscription; where nobody decides, it is there at once. */
export function RequestSubscription(props: { app: string; service?: string; onClose: () => void }) {
  const offers = (useQuery(catalogue).data ?? []).filter((offer) => offer.plans.length > 0);
  const [service, setService] = useState(props.service);
  const [wanted, setPlan] = useState<string>();
  const [scopes, setScopes] = useState<string[]>();
  const [reason, setReason] = useState('');
  const offer = offers.find((offer) => offer.service === service);
  const plan = offer?.plans.find((one) => one.plan === wanted) ?? offer?.plans[0];
  const waits = offer && (!offer.automatic || scopes !== undefined);
  const ask = async () => {
    if (!offer || !plan) return;
    const made = (await answer(
      api.POST('/api/v1/subscription-requests', {
        body: { app: props.app, service: offer.service, plan: plan.plan, scopes, reason: reason.trim() },
      }),
    )) as unknown as Subscription;
    told(made.state === 'approved' ? words.granted(offer.service) : words.waits(offer.service));
    await refreshApps();
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.title(props.app)}
      action={words.action}
      disabled={!plan || (waits && !reason.trim())}
      onDone={ask}
    >
      <Select
        label={words.service}
        description={words.serviceHelp}
        searchable
        required
        nothingFoundMessage={words.noService}
        data={offers.map((offer) => ({ value: offer.service, label: named(offer) }))}
        value={service ?? null}
        onChange={(value) => {
          setService(value ?? undefined);
          setPlan(undefined);
          setScopes(undefined);
        }}
        data-autofocus
      />
      {offer?.description && (
        <Text size="sm">
          <Shown text={offer.description} />
        </Text>
      )}
      {offer && plan && (
        <>
          <NativeSelect
            label={words.plan}
            data={offer.plans.map((one) => one.plan)}
            value={plan.plan}
            onChange={(event) => setPlan(event.currentTarget.value)}
          />
          <SubsetField
            label={words.scopes}
            all={
              <>
                {words.planScopes} <Names names={planScopes(offer, plan.scopes)} />
              </>
            }
            some={words.ownScopes}
            none={words.noScopes}
            options={offer.scopes}
            value={scopes}
            onChange={setScopes}
          />
          <Textarea
            label={words.reason}
            description={waits ? words.reasonHelp : undefined}
            required={waits}
            autosize
            minRows={2}
            maxLength={1000}
            value={reason}
            // A reason is one line of the subscription.
            onChange={(event) => setReason(event.currentTarget.value.replaceAll('\n', ' '))}
          />
          <Text size="sm">{waits ? words.willWait(offer.tenant ?? words.platform) : words.atOnce}</Text>
        </>
      )}
    </Ask>
  );
}

function named(offer: Schemas['Offer']): string {
  return offer.title ? `${plain(offer.title)} (${offer.service})` : offer.service;
}
