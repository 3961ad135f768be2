import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Ask } from '../../parts/Ask';
import { Loaded } from '../../parts/Loaded';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { Callers } from './Callers';
import { Difference } from './Difference';
import { differenceQuery } from './data';
import { type StepProps, useStep } from './useStep';

/** Publishes a version, once it was shown what that changes for callers. */
export function Publish(props: StepProps) {
  const { service, name } = props.of;
  const words = texts.services.lifecycle;
  const { take, asking, question } = useStep(props.of);
  const query = useQuery({ ...differenceQuery(service.id, name), staleTime: 0 });
  return (
    <>
      <Ask
        opened={!asking}
        size="xl"
        title={words.publishTitle(`${service.id}/${name}`)}
        action={words.publishDoes}
        comment="required"
        disabled={!query.data}
        onClose={props.onClose}
        onDone={async (comment) => {
          const ended = await take({ step: 'publish' }, comment);
          if (ended.how === 'proposed') props.onProposed(ended.id);
          if (ended.how === 'taken') told(words.published(`${service.id}/${name}`));
        }}
      >
        <Stack gap="md">
          <Loaded query={query}>
            {(difference) => (
              <>
                <Difference difference={difference} />
                <Callers service={service.id} version={difference.against ?? name} />
              </>
            )}
          </Loaded>
        </Stack>
      </Ask>
      {question}
    </>
  );
}
