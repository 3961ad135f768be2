import { Text } from '@mantine/core';
import { useState } from 'react';
import { api } from '../../../api/client';
import { PageLink } from '../../../parts/links';
import { texts } from '../../../texts';
import { StepForm } from './StepForm';
import type { Progress } from './state';

const words = texts.home.steps.publish;

/** Publishes the version; where a second person has to agree, says so. */
export function PublishStep(props: { at: Progress }) {
  const { service, version = '' } = props.at;
  const [waits, setWaits] = useState(false);
  const publish = async () => {
    const path = { service: service?.id ?? '', version };
    const { response } = await api.POST('/api/v1/services/{service}/versions/{version}/lifecycle', {
      params: { path },
      body: { step: 'publish' },
    });
    setWaits(response.status === 202);
  };
  return (
    <StepForm
      action={words.action(version)}
      needs="services.publish"
      tenant={service?.tenant}
      disabled={waits}
      onDo={publish}
    >
      <Text size="sm">{words.detail(version)}</Text>
      {waits && (
        <Text size="sm" role="status">
          {words.waits} <PageLink to="/approvals">{texts.frame.pages.approvals}</PageLink>
        </Text>
      )}
    </StepForm>
  );
}
