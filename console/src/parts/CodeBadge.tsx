import { VisuallyHidden } from '@mantine/core';
import {
  IconCircleCheck,
  IconDoorExit,
  IconServerOff,
  IconShieldX,
  IconTransferOut,
} from '@tabler/icons-react';
import { Fragment, type ReactNode } from 'react';
import { texts } from '../texts';
import classes from './CodeBadge.module.css';

/** How each outcome looks. Colours only repeat what the icon and the word say. */
const LOOKS = {
  refused: [IconShieldX, classes.bad],
  origin_refused: [IconServerOff, classes.warn],
  allowed: [IconCircleCheck, classes.good],
  cancelled: [IconDoorExit, classes.plain],
  own: [IconTransferOut, classes.plain],
} as const;

/** How a request ended; the names of the API. */
type Outcome = keyof typeof LOOKS;

/** An outcome of a newer Postern has no look of its own: it is told by its name. */
const isKnown = (outcome: string): outcome is Outcome => Object.hasOwn(LOOKS, outcome);

const wordFor = (outcome: string) =>
  isKnown(outcome) ? texts.refusals.outcomes[outcome] : outcome.replaceAll('_', ' ');

/** How a request ended, as a word: allowed, refused by Postern, refused by the upstream itself, …. */
export function OutcomeBadge(props: { outcome: string }) {
  return <Badge outcome={props.outcome}>{wordFor(props.outcome)}</Badge>;
}

/** The code of a refusal, and who refused. */
export function CodeBadge(props: { code: string; outcome: string }) {
  return (
    <Badge outcome={props.outcome}>
      <code>{breakable(props.code)}</code>
      <VisuallyHidden> ({wordFor(props.outcome)})</VisuallyHidden>
    </Badge>
  );
}

/** A code that may break after its dots and underscores, where there is no room for it. */
export function breakable(code: string): ReactNode {
  return code.split(/(?<=[._])/).map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one code may be alike, and never move
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

function Badge({ outcome, children }: { outcome: string; children: ReactNode }) {
  const [Icon, look] = LOOKS[isKnown(outcome) ? outcome : 'own'];
  return (
    <span className={`${classes.badge} ${look}`}>
      <Icon size={15} aria-hidden />
      <span>{children}</span>
    </span>
  );
}
