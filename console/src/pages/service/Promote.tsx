import { Select } from '@mantine/core';
import { useState } from 'react';
import { Ask } from '../../parts/Ask';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { useEnvironments } from './EditVersion';
import { type StepProps, take } from './step';

/** Serves a version in one more environment. */
export function Promote(props: StepProps) {
  const { service, name, version } = props.of;
  const words = texts.services.lifecycle;
  const all = useEnvironments();
  const [environment, setEnvironment] = useState<string | null>(null);
  return (
    <Ask
      opened
      title={words.promoteTitle(`${service.id}/${name}`)}
      action={words.promoteDoes}
      comment="optional"
      disabled={!environment}
      onClose={props.onClose}
      onDone={async (comment) => {
        if (!environment) return;
        const proposed = await take(props.of, { step: 'promote', environment }, comment);
        if (proposed) props.onProposed(proposed);
        else told(words.promoted(name, environment));
      }}
    >
      <Select
        label={words.environment}
        required
        data={all.filter((one) => !version.environments?.includes(one))}
        value={environment}
        onChange={setEnvironment}
        data-autofocus
      />
    </Ask>
  );
}
