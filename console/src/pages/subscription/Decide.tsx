import { NativeSelect, Text } from '@mantine/core';
import { useState } from 'react';
import type { Subscription } from '../../api/apps';
import { api, type Schemas } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { decided, decidingOn } from './deciding';

/** A decision that says no more than why. */
type Plain = 'reject' | 'suspend' | 'resume' | 'cancel';

/** Takes a step with a subscription, in the version that was read; what it became. */
function take(step: Plain, of: Subscription, body: Schemas['Decision']): Promise<Subscription> {
  const params = { path: { id: of.id ?? '' }, header: decidingOn(of) };
  const asked = {
    reject: () => api.POST('/api/v1/subscriptions/{id}/reject', { params, body }),
    suspend: () => api.POST('/api/v1/subscriptions/{id}/suspend', { params, body }),
    resume: () => api.POST('/api/v1/subscriptions/{id}/resume', { params, body }),
    cancel: () => api.POST('/api/v1/subscriptions/{id}/cancel', { params, body }),
  };
  return decided(asked[step]());
}

const CAUSES: Array<Schemas['Cause']> = ['policy', 'billing', 'security'];

/** Rejects, suspends, resumes or cancels a subscription, with a comment for the app's owners. */
export function Decide(props: { step: Plain; of: Subscription; onClose: () => void }) {
  const { step, of } = props;
  const words = texts.approvals.decide[step];
  const [cause, setCause] = useState<Schemas['Cause']>('policy');
  const decide = async (comment: string) => {
    const became = await take(step, of, step === 'suspend' ? { comment, cause } : { comment });
    const undo = () => take('resume', became, { comment: texts.approvals.undone });
    told(words.done(of.app, of.service), step === 'suspend' ? undo : undefined);
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.title(of.app, of.service)}
      action={words.action}
      danger={step !== 'resume'}
      comment={step === 'reject' || step === 'suspend' ? 'required' : 'optional'}
      onDone={decide}
    >
      <Text size="sm">{words.explain}</Text>
      {step === 'suspend' && (
        <NativeSelect
          label={texts.approvals.cause}
          data={CAUSES.map((value) => ({ value, label: texts.approvals.causes[value] }))}
          value={cause}
          onChange={(event) => setCause(event.currentTarget.value as Schemas['Cause'])}
          data-autofocus
        />
      )}
    </Ask>
  );
}
