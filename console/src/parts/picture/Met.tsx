import { Text, VisuallyHidden } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { Schemas } from '../../api/client';
import { texts } from '../../texts';
import { Shown } from '../Shown';
import classes from './Picture.module.css';
import { sides } from './sides';
import { Worth } from './Worth';

const words = texts.why;

/** One refusal, drawn: what was seen, and beside it what was expected or what it met. */
export function Met(props: { refusal: Schemas['ExplainedRefusal']; asked: Schemas['AskedRequest'] }) {
  const { refusal } = props;
  const { seen, expected, more, closed } = sides(refusal, props.asked);
  return (
    <>
      {expected.length > 0 && (
        <div className={classes.sides}>
          <Side title={words.seen} evidence={seen} code={refusal.code} />
          <div className={classes.cross}>
            <IconX size={18} aria-hidden />
            <VisuallyHidden>{closed ? words.metBy : words.differsFrom}</VisuallyHidden>
          </div>
          <Side title={closed ? words.met : words.expected} evidence={expected} code={refusal.code} />
        </div>
      )}
      {(refusal.policy || more.length > 0) && (
        <dl className={classes.facts}>
          {refusal.policy && (
            <div>
              <dt>{words.policy}</dt>
              <dd>
                <Shown text={refusal.policy} mono />
              </dd>
            </div>
          )}
          {more.map((one) => (
            <Piece key={one.name} evidence={one} code={refusal.code} />
          ))}
        </dl>
      )}
    </>
  );
}

function Side(props: { title: string; evidence: Schemas['Evidence'][]; code: string }) {
  return (
    <div className={classes.side}>
      <Text size="xs" c="dimmed" tt="uppercase" fw={600}>
        {props.title}
      </Text>
      <dl>
        {props.evidence.map((one) => (
          <Piece key={one.name} evidence={one} code={props.code} />
        ))}
      </dl>
    </div>
  );
}

function Piece(props: { evidence: Schemas['Evidence']; code: string }) {
  return (
    <div>
      <dt>{words.evidence(props.evidence.name)}</dt>
      <dd>
        <Worth evidence={props.evidence} code={props.code} />
      </dd>
    </div>
  );
}
