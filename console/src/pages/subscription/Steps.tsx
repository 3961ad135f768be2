import { Button } from '@mantine/core';
import { useState } from 'react';
import { refreshApps, type Subscription } from '../../api/apps';
import { answer, api } from '../../api/client';
import { Ask } from '../../parts/Ask';
import type { Versioned } from '../../parts/patch';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { RequestSubscription } from '../app/RequestSubscription';
import { Approve } from './Approve';
import { Change } from './Change';
import { Decide } from './Decide';
import { type Step, stepsOf, useSides } from './standing';

const words = texts.approvals.steps;

/** Steps that take something away. */
const ENDS: Step[] = ['reject', 'suspend', 'cancel'];

/** What whoever is signed in may do with a subscription where it stands. */
export function Steps(props: { of: Versioned<Subscription> }) {
  const of = props.of.value;
  const steps = stepsOf(of, useSides(of));
  const [step, setStep] = useState<Step>();
  const close = () => setStep(undefined);
  return (
    <>
      {steps.map((name) => (
        <Button
          key={name}
          variant={
            name === 'approve' || name === 'resume' ? 'filled' : ENDS.includes(name) ? 'outline' : 'default'
          }
          color={ENDS.includes(name) ? 'red' : undefined}
          onClick={() => setStep(name)}
        >
          {name === 'reject' && of.state !== 'pending' ? words.rejectGranted : words[name]}
        </Button>
      ))}
      {step === 'approve' && <Approve of={of} onClose={close} />}
      {step === 'change' && <Change of={props.of} onClose={close} />}
      {step === 'again' && <RequestSubscription app={of.app} service={of.service} onClose={close} />}
      {step === 'remind' && <Remind of={of} onClose={close} />}
      {(step === 'reject' || step === 'suspend' || step === 'resume' || step === 'cancel') && (
        <Decide step={step} of={of} onClose={close} />
      )}
    </>
  );
}

function Remind(props: { of: Subscription; onClose: () => void }) {
  const { id = '', service } = props.of;
  const remind = async () => {
    await answer(api.POST('/api/v1/subscriptions/{id}/remind', { params: { path: { id } } }));
    told(words.reminded(service));
    await refreshApps();
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.remindTitle(service)}
      action={words.remind}
      onDone={remind}
    >
      {words.remindExplain}
    </Ask>
  );
}
