import { Text, VisuallyHidden } from '@mantine/core';
import { IconArrowRight, IconCheck, IconMinus, IconQuestionMark, IconX } from '@tabler/icons-react';
import type { Schemas } from '../../api/client';
import { texts } from '../../texts';
import { breakable } from '../CodeBadge';
import { Shown } from '../Shown';
import classes from './Picture.module.css';
import { type Fared, type Stop, way } from './way';

const ICONS: Record<Fared, typeof IconCheck> = {
  passed: IconCheck,
  idle: IconMinus,
  refused: IconX,
  next: IconX,
  unknown: IconQuestionMark,
  ahead: IconArrowRight,
};

/** The way of a request through the stages, with the place where it stopped. */
export function Way(props: { explanation: Schemas['Explanation']; ownAnswer?: boolean }) {
  const stops = way(props.explanation, props.ownAnswer);
  return (
    <div className={classes.room}>
      <ol className={classes.way} aria-label={texts.why.way}>
        {stops.map((stop) => (
          <Stage key={stop.stage} stop={stop} />
        ))}
      </ol>
    </div>
  );
}

function Stage(props: { stop: Stop }) {
  const { stop } = props;
  const Icon = ICONS[stop.fared];
  const fared = texts.why.fared[stop.fared];
  // Said in words where one must not miss it; the others are told by their mark, and to screen readers.
  const loud = stop.fared === 'refused' || stop.fared === 'next' || stop.fared === 'unknown';
  return (
    <li
      className={classes.stop}
      data-fared={stop.fared}
      aria-current={stop.fared === 'refused' ? 'step' : undefined}
    >
      <span className={classes.mark} aria-hidden>
        <Icon size={14} stroke={2.5} />
      </span>
      <div className={classes.name}>
        <span className={classes.number}>{stop.number}</span> <Shown text={stop.stage} />
        {loud ? <span className={classes.fared}>{fared}</span> : <VisuallyHidden>: {fared}</VisuallyHidden>}
      </div>
      <Details stop={stop} />
    </li>
  );
}

function Details(props: { stop: Stop }) {
  const { saw, refusals, missing, limits, fared } = props.stop;
  // A limit's own words say how it stood; where it refused, only the readings do.
  const readings = saw ? [] : limits;
  if (!saw && refusals.length + missing.length + readings.length === 0) return null;
  return (
    <Text component="div" size="xs" className={classes.saw}>
      {saw && <Shown text={saw} first={120} />}
      {refusals.map((one) => (
        <div key={one.code}>
          <code>{breakable(one.code)}</code>
        </div>
      ))}
      {readings.map((one) => (
        <div key={one.name}>
          <Shown text={one.name} /> {texts.why.used(one.used, one.of)}
        </div>
      ))}
      {fared === 'unknown' && missing.map((one) => <div key={one.what}>{texts.why.missing(one)}</div>)}
    </Text>
  );
}
