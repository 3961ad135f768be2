import { Button, Group, Paper, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ownerQuery, type Subscription } from '../../api/apps';
import type { Schemas } from '../../api/client';
import { Facts } from '../../parts/Facts';
import { PageLink } from '../../parts/links';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { Approve } from '../subscription/Approve';
import { Decide } from '../subscription/Decide';
import { Granted } from '../subscription/Granted';
import { RefusedMeanwhile } from './RefusedMeanwhile';

const words = texts.approvals.story;

/** A subscription that waits: who asks for what and why, since when, and what it costs them meanwhile. */
export function Story(props: { of: Subscription; told: Schemas['Waiting'] }) {
  const { of, told } = props;
  const [step, setStep] = useState<'approve' | 'reject'>();
  const name = words.title(of.app, of.service);
  const close = () => setStep(undefined);
  return (
    <Paper withBorder p="md" component="section" aria-label={name}>
      <Stack gap="sm">
        <Title order={2}>
          <PageLink to="/subscriptions/$id" params={{ id: of.id }}>
            {name}
          </PageLink>
        </Title>
        <Facts
          facts={{
            [words.reason]: of.reason ? <Shown text={of.reason} /> : words.noReason,
            [words.app]: <Asker app={of.app} told={told.asker} />,
            [words.by]: of.requested_by && <Shown text={of.requested_by} />,
            [words.since]: of.requested_at && (
              <>
                <Time at={of.requested_at} brief />
                {', '}
                <Time at={of.requested_at} />
              </>
            ),
            [words.plan]: <Shown text={of.plan} />,
            [words.scopes]: <Granted of={of} />,
            [words.ends]: of.expires_at && <Time at={of.expires_at} />,
            [words.refused]: <RefusedMeanwhile of={of} />,
          }}
        />
        <Group gap="xs">
          <Button onClick={() => setStep('approve')} aria-label={words.approveOf(name)}>
            {words.approve}
          </Button>
          <Button
            variant="outline"
            color="red"
            onClick={() => setStep('reject')}
            aria-label={words.rejectOf(name)}
          >
            {words.reject}
          </Button>
        </Group>
      </Stack>
      {step === 'approve' && <Approve of={of} onClose={close} />}
      {step === 'reject' && <Decide step="reject" of={of} onClose={close} />}
    </Paper>
  );
}

/** The app that asks, and whose it is: by what was told with it, or by what one may read oneself. */
function Asker(props: { app: string; told: Schemas['Waiting']['asker'] }) {
  const { app, told } = props;
  const own = useQuery(ownerQuery(app)).data;
  const title = told?.app_title ?? own?.title;
  const tenant = told?.tenant_title ?? told?.tenant ?? own?.tenant;
  const name = <Shown text={title ?? app} />;
  return (
    <>
      {own ? (
        <PageLink to="/apps/$id" params={{ id: app }}>
          {name}
        </PageLink>
      ) : (
        name
      )}
      {tenant && (
        <>
          {' '}
          {words.of} <Shown text={tenant} />
        </>
      )}
    </>
  );
}
