import { Alert, List, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { Section } from '../../parts/Page';
import { Said } from '../../parts/Said';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import { Again } from './Again';
import { Fixes } from './Fixes';
import { Foreign } from './Foreign';
import { detailOf } from './recorded';

const words = texts.why;

/** Who has to act, what they can do, and whether it would pass now. */
export function What(props: { explained: Schemas['ExplainedCall']; own: Schemas['Audience'] }) {
  const { found } = props.explained;
  const { refusal, asked } = found;
  const own = found.audience === props.own;
  // What was applied has its own place to try it again.
  const [applied, setApplied] = useState(false);
  return (
    <>
      {refusal && (
        <Section title={words.what}>
          <Text size="sm">
            <b>{words.fault(refusal.fault)}.</b>{' '}
            <Shown text={words.acts(refusal.code, refusal.fault, asked.tenant)} />
          </Text>
          {refusal.because && (
            <Text size="sm">
              {words.because}: <Said text={refusal.because} />.
            </Text>
          )}
          {refusal.fix && (
            <Text size="sm">
              {words.callerCan}: <Said text={refusal.fix} />
            </Text>
          )}
          {refusal.code.startsWith('origin.') && <Upstream explained={props.explained} />}
          {found.audience !== 'consumer' && (
            <Fixes explained={props.explained} own={own} onApplied={() => setApplied(true)} />
          )}
        </Section>
      )}
      {own && !applied && <Again explained={props.explained} />}
    </>
  );
}

/** What the upstream itself said: not Postern's refusal. */
function Upstream(props: { explained: Schemas['ExplainedCall'] }) {
  const { found } = props.explained;
  const told = found.refusal?.evidence?.find((one) => one.name === 'origin_body')?.value;
  const body = detailOf(props.explained).origin?.body ?? (typeof told === 'string' ? told : undefined);
  return (
    <Alert color="gray" variant="outline">
      <Stack gap="xs">
        <Text size="sm" fw={600}>
          {words.notOurs}
        </Text>
        <Likeness explained={props.explained} />
        {body ? (
          <div>
            <Title order={3} size="sm">
              {words.upstreamSaid}
            </Title>
            <Foreign text={body} what={words.upstreamSaid} />
          </div>
        ) : (
          found.audience !== 'consumer' && <Text size="sm">{words.upstreamSilent}</Text>
        )}
      </Stack>
    </Alert>
  );
}

/** What the upstream's answer looks like, what says so, and what to do next. */
function Likeness(props: { explained: Schemas['ExplainedCall'] }) {
  const { refusal } = props.explained.found;
  const value = (name: string) => refusal?.evidence?.find((one) => one.name === name)?.value;
  const list = (name: string) => {
    const found = value(name);
    return Array.isArray(found) ? found : [];
  };
  const [like, next] = [value('looks_like'), value('what_next')];
  const path = list('on_the_path');
  return (
    <>
      {typeof like === 'string' && (
        <Text size="sm">
          <b>{words.looksLike}:</b> <Said text={[like, ...list('or_like')].join(` ${words.orLike} `)} />
        </Text>
      )}
      {list('because').length > 0 && (
        <List size="sm">
          {list('because').map((one) => (
            <List.Item key={one}>
              <Said text={one} />
            </List.Item>
          ))}
        </List>
      )}
      {typeof next === 'string' && (
        <Text size="sm">
          <b>{words.whatNext}:</b> <Said text={next} />
        </Text>
      )}
      {path.length > 0 && (
        <Text size="sm">
          {words.onThePath}: <Shown text={path.join(', ')} />
        </Text>
      )}
    </>
  );
}
