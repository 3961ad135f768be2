import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../../api/client';
import { Snippet } from '../../parts/Copy';
import { curlOf } from '../../parts/curl';
import { Failure } from '../../parts/Failure';
import { Picture } from '../../parts/picture/Picture';
import { texts } from '../../texts';
import { useSent } from './sent';
import classes from './Why.module.css';

const words = texts.why;

/** Decides the recorded request anew, by what is in force now. `assumed`: the id of a key to send instead. */
export function Again(props: { explained: Schemas['ExplainedCall']; assumed?: string | undefined }) {
  const { id, audience } = props.explained.found;
  const decision = useMutation({
    mutationFn: () => {
      const asked = api.POST('/api/v1/calls/{id}/decision', {
        params: { path: { id: id ?? '' } },
        body: { credential: props.assumed ?? null, audience },
      });
      // The client's types forget how long tuples are.
      return answer(asked) as Promise<Schemas['DecidedCall']>;
    },
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
        {decision.data && <Outcome found={decision.data.found} />}
        {decision.data && <Curl explained={props.explained} />}
      </Stack>
    </section>
  );
}

function Outcome({ found }: { found: Schemas['Explanation'] }) {
  const { refusal, verdict, not_known: untold = [] } = found;
  const title = refusal
    ? words.wouldNot(refusal.code)
    : verdict === 'allowed'
      ? words.wouldPass
      : words.passesAsFar;
  return (
    <Stack gap="xs">
      <Alert color={refusal ? 'red' : 'green'} variant="outline" role="status" title={title}>
        {!refusal && untold.length > 0 && (
          <>
            <Text size="sm">{words.untold}</Text>
            <ul className={classes.list}>
              {untold.map((one) => (
                <li key={`${one.stage} ${one.what}`}>{words.untoldAt(one)}</li>
              ))}
            </ul>
          </>
        )}
      </Alert>
      <Picture explanation={found} />
    </Stack>
  );
}

/** The same request to send by hand. */
function Curl(props: { explained: Schemas['ExplainedCall'] }) {
  const { sent, gaps } = useSent(props.explained)();
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
