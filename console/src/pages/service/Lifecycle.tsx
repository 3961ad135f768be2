import { Button } from '@mantine/core';
import { useState } from 'react';
import { useMayIn } from '../../api/rights';
import { texts } from '../../texts';
import { Deprecate } from './Deprecate';
import { Promote } from './Promote';
import { Publish } from './Publish';
import { Retire } from './Retire';
import type { OfVersion } from './types';
import { Proposed } from './useSaving';
import { type State, stateOf } from './versions';

/** A step in the life of a version. */
type Step = 'publish' | 'promote' | 'deprecate' | 'retire';

/** The steps that a version can take from each state, the usual one first. */
const STEPS: Record<State, Step[]> = {
  draft: ['publish'],
  published: ['promote', 'deprecate', 'retire'],
  deprecated: ['retire', 'deprecate', 'publish', 'promote'],
  retired: [],
};

/** The buttons for the steps that a version can take from where it is. */
export function Lifecycle(props: { of: OfVersion }) {
  const { of } = props;
  const may = useMayIn();
  const [step, setStep] = useState<Step>();
  const [proposed, setProposed] = useState<string>();
  const close = () => setStep(undefined);
  const state = stateOf(of.version);
  const words = texts.services.lifecycle;
  const names: Record<Step, string> = {
    publish: state === 'deprecated' ? words.again : words.publish,
    promote: words.promote,
    deprecate: state === 'deprecated' ? words.sunset : words.deprecate,
    retire: words.retire,
  };
  // A version that says no environments is in all of them already.
  const steps = STEPS[state].filter((one) => one !== 'promote' || of.version.environments?.length);
  const shared = { of, onClose: close, onProposed: setProposed };
  return (
    <>
      {may('services.publish', of.service.tenant) &&
        steps.map((one) => (
          <Button key={one} variant={state === 'draft' ? 'filled' : 'default'} onClick={() => setStep(one)}>
            {names[one]}
          </Button>
        ))}
      {step === 'publish' && <Publish {...shared} />}
      {step === 'promote' && <Promote {...shared} />}
      {step === 'deprecate' && <Deprecate {...shared} />}
      {step === 'retire' && <Retire of={of} onClose={close} />}
      <Proposed id={proposed} onClose={() => setProposed(undefined)} />
    </>
  );
}
