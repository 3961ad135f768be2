import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Change, change } from '../../../api/change';
import { answer, api } from '../../../api/client';
import { useMayIn } from '../../../api/rights';
import { texts } from '../../../texts';
import { StepForm } from './StepForm';
import type { Progress } from './state';
import { TenantField, useTenantsFor } from './TenantField';

const words = texts.home.steps.app;

async function approve(id: string): Promise<void> {
  const body = { comment: words.reason };
  await answer(api.POST('/api/v1/subscriptions/{id}/approve', { params: { path: { id } }, body }));
}

/** Makes an app and subscribes it to the service; approves that at once for whoever may. */
export function AppStep(props: { at: Progress }) {
  const { at } = props;
  const mayIn = useMayIn();
  const tenants = useTenantsFor('apps.write', at.tenants);
  const service = at.service?.id ?? '';
  const owner = at.service?.tenant;
  const [id, setId] = useState('');
  const [tenant, setTenant] = useState(tenants.find((one) => one === owner) ?? tenants[0] ?? 'team');
  const pending = at.subscription?.state === 'pending' ? at.subscription : undefined;
  if (pending) {
    return (
      <StepForm
        action={words.approve}
        needs="subscriptions.decide"
        tenant={owner}
        onDo={() => approve(pending.id)}
      >
        <Text size="sm">{words.pending}</Text>
      </StepForm>
    );
  }
  const app = at.app?.id ?? id;
  const plan = at.plan ?? service;
  const make = async () => {
    const changes: Change[] = [];
    if (!at.app && tenants.length === 0) {
      changes.push({ kind: 'tenant', id: tenant, put: {}, expect: 'absent' });
    }
    if (!at.app) changes.push({ kind: 'app', id: app, put: { tenant }, expect: 'absent' });
    if (at.needsSubscription && !at.plan) {
      const of = owner ? { tenant: owner } : {};
      changes.push({ kind: 'plan', id: plan, put: { ...of, services: [service] }, expect: 'absent' });
    }
    if (changes.length > 0) await change(changes, texts.home.steps.title);
    if (!at.needsSubscription) return;
    const body = { app, service, plan, scopes: null, reason: words.reason };
    const asked = await answer(api.POST('/api/v1/subscription-requests', { body }));
    const { id: subscription, state } = asked as { id: string; state: string };
    if (state === 'pending' && mayIn('subscriptions.decide', owner)) await approve(subscription);
  };
  return (
    <StepForm
      action={at.app ? words.subscribe : words.action}
      needs={at.app ? 'subscriptions.request' : tenants.length > 0 ? 'apps.write' : 'tenants.write'}
      tenant={at.app ? at.app.tenant : tenants.length > 0 ? tenant : null}
      disabled={!app}
      onDo={make}
    >
      {at.app ? (
        <Text size="sm">
          <code>{at.app.id}</code>
        </Text>
      ) : (
        <>
          <TextInput
            label={words.name}
            description={words.nameHelp}
            required
            maxLength={63}
            autoComplete="off"
            value={id}
            onChange={(event) => setId(event.currentTarget.value.trim())}
          />
          <TenantField permission="apps.write" tenants={tenants} value={tenant} onChange={setTenant} />
        </>
      )}
      <Text size="sm" c="dimmed">
        {!at.needsSubscription ? words.noSubscription : at.plan ? words.plan(plan) : words.newPlan(plan)}
      </Text>
    </StepForm>
  );
}
