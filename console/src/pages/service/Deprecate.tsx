import { Text } from '@mantine/core';
import { useState } from 'react';
import { Ask } from '../../parts/Ask';
import { MomentInput } from '../../parts/MomentInput';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { Callers } from './Callers';
import { type StepProps, useStep } from './useStep';

/** Says that a version will end, and when. */
export function Deprecate(props: StepProps) {
  // As it was when the dialog opened: what others change since then is asked about.
  const [of] = useState(props.of);
  const { service, name, version } = of;
  const words = texts.services.lifecycle;
  const { take, asking, question } = useStep(of);
  const [ends, setEnds] = useState<string | undefined>(version.sunset_at);
  return (
    <>
      <Ask
        opened={!asking}
        title={words.deprecateTitle(`${service.id}/${name}`)}
        action={words.deprecateDoes}
        comment="optional"
        onClose={props.onClose}
        onDone={async (comment) => {
          const ended = await take({ step: 'deprecate', sunset_at: ends ?? null }, comment);
          if (ended.how === 'proposed') props.onProposed(ended.id);
          if (ended.how === 'taken') told(words.deprecated(`${service.id}/${name}`));
        }}
      >
        {(errorAt) => (
          <>
            <Text size="sm">
              {words.deprecateDetail} {words.successorHelp}
            </Text>
            <MomentInput
              label={words.sunsetAt}
              description={words.sunsetHelp}
              value={ends}
              error={errorAt('/sunset_at')}
              onChange={setEnds}
            />
            <Callers service={service.id} version={name} />
          </>
        )}
      </Ask>
      {question}
    </>
  );
}
