import { Text } from '@mantine/core';
import type { Schemas } from '../../api/client';
import { Section } from '../../parts/Page';
import { Said } from '../../parts/Said';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import classes from './Why.module.css';

const words = texts.why;

/** What the consumer's program was answered. */
export function Told(props: { told: Schemas['ToldRefusal'] }) {
  const { code, detail, fix, disclosure } = props.told;
  return (
    <Section title={words.told}>
      <dl className={classes.facts2}>
        <dt>{words.toldCode}</dt>
        <dd>
          <Shown text={code} mono />
        </dd>
        {detail && (
          <>
            <dt>{words.toldDetail}</dt>
            <dd>
              <Said text={detail} />
            </dd>
          </>
        )}
        {fix && (
          <>
            <dt>{words.toldFix}</dt>
            <dd>
              <Said text={fix} />
            </dd>
          </>
        )}
      </dl>
      <Text size="xs" c="dimmed">
        <Shown text={words.disclosure(disclosure)} />
      </Text>
    </Section>
  );
}
