import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import type { Credential } from '../../api/apps';
import { type Versioned, versionOf } from '../../parts/patch';
import { texts } from '../../texts';
import { EditKey } from './EditKey';
import { isKey } from './kinds';
import type { Made } from './Made';
import { Revoke } from './Revoke';
import { Rotate } from './Rotate';
import { stateOf } from './standing';

/**
 * What can be done with a key: changed, rotated, revoked. A revoked one is over. The secret of a key that
 * replaces it is shown by what has this: a row of a table may go while somebody still reads it.
 */
export function KeySteps(props: {
  of: Versioned<Credential>;
  compact?: boolean;
  onMade: (made: Made) => void;
}) {
  const [step, setStep] = useState<'edit' | 'rotate' | 'revoke'>();
  const key = props.of.value;
  const words = texts.apps.keySteps;
  const state = stateOf(key);
  const close = () => setStep(undefined);
  const size = props.compact ? 'compact-sm' : undefined;
  const named = (what: string) => (props.compact ? `${what}: ${key.id}` : undefined);
  const good = state !== 'expired';
  return (
    <>
      {state !== 'revoked' && (
        <Group gap="xs">
          <Button
            size={size}
            variant="default"
            onClick={() => setStep('edit')}
            aria-label={named(good ? words.edit : words.extend)}
          >
            {good ? words.edit : words.extend}
          </Button>
          {good && isKey(key) && (
            <Button
              size={size}
              variant="default"
              onClick={() => setStep('rotate')}
              aria-label={named(words.rotate)}
            >
              {words.rotate}
            </Button>
          )}
          <Button
            size={size}
            variant="outline"
            color="red"
            onClick={() => setStep('revoke')}
            aria-label={named(words.revoke)}
          >
            {words.revoke}
          </Button>
        </Group>
      )}
      {step === 'edit' && <EditKey of={props.of} onClose={close} />}
      {step === 'rotate' && <Rotate of={key} onClose={close} onMade={props.onMade} />}
      {step === 'revoke' && <Revoke of={key} onClose={close} />}
    </>
  );
}

/** {@link KeySteps} of a key that stands in a list. */
export function KeyStepsOf(props: { of: Credential; onMade: (made: Made) => void }) {
  return <KeySteps of={{ value: props.of, version: versionOf(props.of) }} compact onMade={props.onMade} />;
}
