import { Tooltip, VisuallyHidden } from '@mantine/core';
import {
  IconCircleCheck,
  IconDoorExit,
  IconServerOff,
  IconShieldX,
  IconTransferOut,
} from '@tabler/icons-react';
import { Fragment, type ReactNode } from 'react';
import type { Outcome } from '../api/answers/calls';
import { texts } from '../texts';
import classes from './CodeBadge.module.css';

/** How each outcome looks. Colours only repeat what the icon and the word say. */
const LOOKS = {
  refused: [IconShieldX, classes.bad],
  origin_refused: [IconServerOff, classes.warn],
  allowed: [IconCircleCheck, classes.good],
  cancelled: [IconDoorExit, classes.plain],
  own: [IconTransferOut, classes.plain],
} as const satisfies Record<Outcome, unknown>;

/** How a request ended, as a word: allowed, refused by Postern, refused by the upstream itself, …. */
export function OutcomeBadge(props: { outcome: Outcome }) {
  return <Badge outcome={props.outcome}>{texts.refusals.outcomes[props.outcome]}</Badge>;
}

/**
 * The code of a refusal, and who refused. `title` says on hover and focus what the code means.
 */
export function CodeBadge(props: { code: string; outcome?: Outcome; title?: string | undefined }) {
  const outcome = props.outcome ?? (props.code === 'origin.refused' ? 'origin_refused' : 'refused');
  const badge = (
    <Badge outcome={outcome}>
      <code>{breakable(props.code)}</code>
      <VisuallyHidden> ({texts.refusals.outcomes[outcome]})</VisuallyHidden>
    </Badge>
  );
  return props.title ? <Tooltip label={props.title}>{badge}</Tooltip> : badge;
}

/** A code that may break after its dots and underscores, where there is no room for it. */
function breakable(code: string): ReactNode {
  return code.split(/(?<=[._])/).map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one code may be alike, and never move
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

function Badge({ outcome, children, ...others }: { outcome: Outcome; children: ReactNode }) {
  const [Icon, look] = LOOKS[outcome];
  return (
    <span className={`${classes.badge} ${look}`} {...others}>
      <Icon size={15} aria-hidden />
      <span>{children}</span>
    </span>
  );
}
