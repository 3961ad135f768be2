import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Ask } from '../../parts/Ask';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { errorAt } from '../services/fields';
import { Callers } from './Callers';
import { type StepProps, useStep } from './useStep';

/** Says that a version will end, and when. */
export function Deprecate(props: StepProps) {
  const { service, name, version } = props.of;
  const words = texts.services.lifecycle;
  const { take, asking, question } = useStep(props.of);
  const [date, setDate] = useState(version.sunset_at?.slice(0, 10) ?? '');
  const [failed, setFailed] = useState<unknown>();
  return (
    <>
      <Ask
        opened={!asking}
        title={words.deprecateTitle(`${service.id}/${name}`)}
        action={words.deprecateDoes}
        comment="optional"
        onClose={props.onClose}
        onDone={async (comment) => {
          try {
            const sunset_at = date ? `${date}T00:00:00Z` : null;
            const ended = await take({ step: 'deprecate', sunset_at }, comment);
            if (ended.how === 'proposed') props.onProposed(ended.id);
            if (ended.how === 'taken') told(words.deprecated(`${service.id}/${name}`));
          } catch (error) {
            setFailed(error);
            throw error;
          }
        }}
      >
        <Text size="sm">
          {words.deprecateDetail} {words.successorHelp}
        </Text>
        <TextInput
          type="date"
          label={words.sunsetAt}
          description={words.sunsetHelp}
          value={date}
          error={errorAt(failed, '/sunset_at')}
          onChange={(event) => setDate(event.currentTarget.value)}
          data-autofocus
        />
        <Callers service={service.id} version={name} />
      </Ask>
      {question}
    </>
  );
}
