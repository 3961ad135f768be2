import { IconAlertTriangle, IconCheck, IconCircleX, IconClockPause, IconPencil } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { texts } from '../../texts';
import classes from './State.module.css';
import type { State } from './versions';

/** How good or bad a state is, besides its words. */
export type Tone = 'good' | 'warn' | 'bad' | 'plain';

const ICONS = { good: IconCheck, warn: IconAlertTriangle, bad: IconCircleX, plain: IconClockPause };

/** A state in words, with an icon and a colour that say the same. */
export function Mark(props: { tone: Tone; icon?: typeof IconCheck; children: ReactNode }) {
  const Icon = props.icon ?? ICONS[props.tone];
  return (
    <span className={`${classes.state} ${classes[props.tone]}`}>
      <Icon size={13} aria-hidden />
      {props.children}
    </span>
  );
}

const TONES: Record<State, Tone> = { draft: 'plain', published: 'good', deprecated: 'warn', retired: 'bad' };

/** The state of a version; with its name where there are several. */
export function VersionState(props: { state: State; name?: string }) {
  return (
    <Mark tone={TONES[props.state]} {...(props.state === 'draft' ? { icon: IconPencil } : {})}>
      {props.name && <b>{props.name}</b>} {texts.services.state[props.state]}
    </Mark>
  );
}
