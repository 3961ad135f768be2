import { Stack, Text, Title } from '@mantine/core';
import type { Schemas } from '../../api/client';
import { texts } from '../../texts';
import { Said } from '../Said';
import { Shown } from '../Shown';
import { Met } from './Met';
import classes from './Picture.module.css';
import { Way } from './Way';

const words = texts.why;

/**
 * A decision, drawn: the way through the stages, and every reason there is or would have been, each with
 * what was expected and what was seen. `ownAnswer`: the gateway answered without an upstream. `level`: of
 * the headings of the reasons, so that they follow what they stand under.
 */
export function Picture(props: { explanation: Schemas['Explanation']; ownAnswer?: boolean; level?: 3 | 4 }) {
  const { refusal, next = [], shadow = [], asked } = props.explanation;
  const reason = (one: Schemas['ExplainedRefusal'], lead: string, key: string) => (
    <Reason key={key} refusal={one} lead={lead} asked={asked} level={props.level ?? 3} />
  );
  return (
    <Stack gap="md">
      <Way explanation={props.explanation} ownAnswer={props.ownAnswer} />
      {refusal && reason(refusal, words.stopped(refusal.stage, refusal.stage_number), 'first')}
      {next.map((one, at) =>
        reason(one, words.wouldStop(one.stage, one.stage_number), `next ${at} ${one.code}`),
      )}
      {shadow.map((one, at) => reason(one, words.inShadow, `shadow ${at} ${one.code}`))}
    </Stack>
  );
}

/** One reason: its sentence, and what was expected and seen. */
function Reason(props: {
  refusal: Schemas['ExplainedRefusal'];
  lead: string;
  asked: Schemas['AskedRequest'];
  level: 3 | 4;
}) {
  const { refusal, lead } = props;
  return (
    <article className={classes.reason} aria-label={`${lead}: ${refusal.title}`}>
      <Text size="xs" c="dimmed">
        {lead}
      </Text>
      <Title order={props.level} size="h3">
        <Shown text={refusal.title} /> <code className={classes.code}>{refusal.code}</code>
      </Title>
      {refusal.detail && (
        <Text size="sm">
          <Said text={refusal.detail} />
        </Text>
      )}
      <Met refusal={refusal} asked={props.asked} />
    </article>
  );
}
