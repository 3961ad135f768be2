import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Answered, Explained } from '../../api/answers/explanation';
import { answer, api } from '../../api/client';
import { Snippet } from '../../parts/Copy';
import { curlOf } from '../../parts/curl';
import { Failure } from '../../parts/Failure';
import { Picture } from '../../parts/picture/Picture';
import { texts } from '../../texts';
import { asMadeUp, asSent, type Replay } from './replay';
import classes from './Why.module.css';

const words = texts.why;

/** Decides the recorded request anew, by what is in force now. `assumed`: the id of a key to send instead. */
export function Again(props: { explained: Explained; assumed?: string | undefined }) {
  const replay = asMadeUp(props.explained, props.assumed);
  const decision = useMutation({
    mutationFn: async () =>
      (await answer(api.POST('/api/v1/questions/can', { body: replay.made }))) as unknown as Answered,
  });
  return (
    <section aria-label={words.again}>
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Title order={props.assumed === undefined ? 2 : 3}>{words.again}</Title>
          <Button size="sm" variant="default" loading={decision.isPending} onClick={() => decision.mutate()}>
            {words.decide}
          </Button>
        </Group>
        <Text size="sm" c="dimmed">
          {words.againHelp}
        </Text>
        <Failure error={decision.error} />
        {decision.data && <Outcome answered={decision.data} replay={replay} />}
        {decision.data && <Curl explained={props.explained} />}
      </Stack>
    </section>
  );
}

/** The first stage that asks who calls. */
const WHO = 8;

function Outcome(props: { answered: Answered; replay: Replay }) {
  const { found } = props.answered;
  const { refusal } = found;
  const unasked = props.replay.anonymous && refusal && refusal.stage_number >= WHO;
  const passes = found.verdict === 'allowed' || unasked;
  const title = unasked
    ? words.passesAsFar(refusal.stage)
    : refusal
      ? words.wouldNot(refusal.code)
      : passes
        ? words.wouldPass
        : words.cannotSay;
  return (
    <Stack gap="xs">
      <Alert
        color={passes ? 'green' : refusal ? 'red' : 'orange'}
        variant="outline"
        role="status"
        title={title}
      >
        {props.replay.unknown.length > 0 && (
          <ul className={classes.list}>
            {props.replay.unknown.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        )}
      </Alert>
      {!unasked && <Picture explanation={found} />}
    </Stack>
  );
}

/** The same request to send by hand. */
function Curl(props: { explained: Explained }) {
  const { sent, gaps } = asSent(props.explained);
  return (
    <div>
      <Title order={3}>{words.send}</Title>
      <Snippet text={curlOf(sent)} what={words.curl} />
      <ul className={classes.list}>
        {gaps.map((gap) => (
          <li key={gap}>{gap}</li>
        ))}
      </ul>
    </div>
  );
}
