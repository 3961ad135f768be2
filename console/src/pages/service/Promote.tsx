import { Select } from '@mantine/core';
import { useState } from 'react';
import { Ask } from '../../parts/Ask';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { useEnvironments } from './EditVersion';
import { type StepProps, useStep } from './useStep';

/** Serves a version in one more environment. */
export function Promote(props: StepProps) {
  const { service, name, version } = props.of;
  const words = texts.services.lifecycle;
  const { take, asking, question } = useStep(props.of);
  const all = useEnvironments();
  const [environment, setEnvironment] = useState<string | null>(null);
  return (
    <>
      <Ask
        opened={!asking}
        title={words.promoteTitle(`${service.id}/${name}`)}
        action={words.promoteDoes}
        comment="optional"
        disabled={!environment}
        onClose={props.onClose}
        onDone={async (comment) => {
          if (!environment) return;
          const ended = await take({ step: 'promote', environment }, comment);
          if (ended.how === 'proposed') props.onProposed(ended.id);
          if (ended.how === 'taken') told(words.promoted(name, environment));
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
      {question}
    </>
  );
}
