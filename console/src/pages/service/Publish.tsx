import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Ask } from '../../parts/Ask';
import { Loaded } from '../../parts/Loaded';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { Callers } from './Callers';
import { Difference } from './Difference';
import { differenceQuery } from './data';
import { type StepProps, take } from './step';

/** Publishes a version, once it was shown what that changes for callers. */
export function Publish(props: StepProps) {
  const { service, name } = props.of;
  const words = texts.services.lifecycle;
  const query = useQuery({ ...differenceQuery(service.id, name), staleTime: 0 });
  return (
    <Ask
      opened
      size="xl"
      title={words.publishTitle(`${service.id}/${name}`)}
      action={words.publishDoes}
      comment="required"
      disabled={!query.data}
      onClose={props.onClose}
      onDone={async (comment) => {
        const proposed = await take(props.of, { step: 'publish' }, comment);
        if (proposed) props.onProposed(proposed);
        else told(words.published(`${service.id}/${name}`));
      }}
    >
      <Stack gap="md">
        <Loaded query={query}>
          {(difference) => (
            <>
              <Difference service={service} name={name} difference={difference} />
              <Callers service={service.id} version={difference.against ?? name} />
            </>
          )}
        </Loaded>
      </Stack>
    </Ask>
  );
}
