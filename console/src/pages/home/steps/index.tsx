import { Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed, IconCircleDot } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useGateway } from '../../../api/gateway';
import { curlOf } from '../../../parts/curl';
import { GatewayField } from '../../../parts/GatewayField';
import { ButtonLink, PageLink } from '../../../parts/links';
import { Secret } from '../../../parts/Secret';
import { Shown } from '../../../parts/Shown';
import { texts } from '../../../texts';
import { AppStep } from './AppStep';
import { KeyStep } from './KeyStep';
import { OperationStep } from './OperationStep';
import { PublishStep } from './PublishStep';
import { firstRequest, SendStep } from './SendStep';
import { ServiceStep } from './ServiceStep';
import { type Progress, type Step, stepsOf } from './state';
import classes from './steps.module.css';

const words = texts.home.steps;

/** The first steps: what is done, the form of the one to do now, and those that follow. */
export function Steps(props: { at: Progress }) {
  const { at } = props;
  const steps = stepsOf(at);
  const done = steps.filter((one) => one.done).length;
  const now = steps.find((one) => !one.done)?.step;
  // Whoever has been through them sees the end of them; whoever comes later does not.
  const begun = useRef(now !== undefined);
  const [opened, setOpened] = useState(at.services <= 1);
  const [secret, setSecret] = useState<string>();
  const [shown, setShown] = useState(false);
  const gateway = useGateway(undefined, at.service?.hosts);
  if (!begun.current) return null;
  const made = (fresh: string) => {
    setSecret(fresh);
    setShown(true);
  };
  return (
    <Paper withBorder p="md" component="section" aria-label={words.title}>
      <Group justify="space-between">
        <Title order={2}>{words.title}</Title>
        <Group gap="sm">
          <Text size="sm">{words.progress(done, steps.length)}</Text>
          {now && (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => setOpened(!opened)}
              aria-expanded={opened}
            >
              {opened ? words.hide : words.show}
            </Button>
          )}
        </Group>
      </Group>
      {now === undefined && <Finished />}
      {now && opened && (
        <Stack gap={0}>
          <Text size="sm" c="dimmed">
            {words.about}
          </Text>
          <ol className={classes.steps}>
            {steps.map((one) => (
              <li key={one.step} aria-current={one.step === now ? 'step' : undefined}>
                <Head step={one.step} done={one.done} now={one.step === now} />
                <div className={classes.body}>
                  {one.done ? (
                    <Done step={one.step} at={at} />
                  ) : (
                    one.step === now && <Now step={now} at={at} secret={secret} onMade={made} />
                  )}
                </div>
              </li>
            ))}
          </ol>
        </Stack>
      )}
      <Secret
        opened={shown}
        title={words.key.made}
        what={words.key.what(at.app?.id ?? '')}
        secret={secret ?? ''}
        note={<GatewayField of={gateway} />}
        curl={gateway.url && secret ? curlOf(firstRequest(at, gateway.url, secret)) : undefined}
        onClose={() => setShown(false)}
      />
    </Paper>
  );
}

function Head(props: { step: Step; done: boolean; now: boolean }) {
  const [Icon, state, colour] = props.done
    ? [IconCircleCheck, words.done, 'var(--good)']
    : props.now
      ? [IconCircleDot, words.now, 'var(--mantine-color-anchor)']
      : [IconCircleDashed, words.later, 'var(--mantine-color-dimmed)'];
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <Icon size={22} color={colour} role="img" aria-label={state} className={classes.icon} />
      <Title order={3} fw={props.now ? 650 : 500} c={props.now || props.done ? undefined : 'dimmed'}>
        {words[props.step].title}
      </Title>
    </Group>
  );
}

/** What a step has made, with the page where it goes on. */
function Done(props: { step: Step; at: Progress }) {
  const { service, app, operation, version, subscription, needsKey } = props.at;
  switch (props.step) {
    case 'service':
    case 'publish':
      if (!service) return null;
      return (
        <PageLink to="/services/$id" params={{ id: service.id }}>
          <Shown text={props.step === 'service' ? service.id : `${service.id} ${version}`} first={80} />
        </PageLink>
      );
    case 'operation':
      return operation ? <Shown text={`${operation.method} ${operation.path}`} mono first={80} /> : null;
    case 'app':
    case 'key':
      if (!needsKey) return <Text size="sm">{words.app.isOpen}</Text>;
      if (!app) return null;
      return (
        <Text size="sm">
          <PageLink to="/apps/$id" params={{ id: app.id }}>
            <Shown text={app.id} first={80} />
          </PageLink>
          {props.step === 'app' && subscription && (
            <>
              {' · '}
              <PageLink to="/subscriptions/$id" params={{ id: subscription.id }}>
                {subscription.state}
              </PageLink>
            </>
          )}
        </Text>
      );
    case 'send':
      return null;
  }
}

/** The form of the step that is to be done. */
function Now(props: {
  step: Step;
  at: Progress;
  secret: string | undefined;
  onMade: (secret: string) => void;
}) {
  switch (props.step) {
    case 'service':
      return <ServiceStep at={props.at} />;
    case 'operation':
      return <OperationStep at={props.at} />;
    case 'publish':
      return <PublishStep at={props.at} />;
    case 'app':
      return <AppStep at={props.at} />;
    case 'key':
      return <KeyStep at={props.at} onMade={props.onMade} />;
    case 'send':
      return <SendStep at={props.at} secret={props.secret} onMade={props.onMade} />;
  }
}

/** The end of it. */
function Finished() {
  return (
    <Alert color="green" variant="outline" mt="sm" role="status" title={words.finished}>
      <Text size="sm">{words.finishedNext}</Text>
      <Group mt="xs">
        <ButtonLink to="/refusals" variant="default">
          {words.toRefusals}
        </ButtonLink>
        <ButtonLink to="/apps" variant="default">
          {words.toApps}
        </ButtonLink>
      </Group>
    </Alert>
  );
}
