import { IconBan, IconCircleCheck, IconClockHour4, IconMinus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './Standing.module.css';

/** What a state means for whoever looks: fine, refused, about to need somebody, or over. */
export type Tone = 'good' | 'bad' | 'warn' | 'over';

const ICONS = { good: IconCircleCheck, bad: IconBan, warn: IconClockHour4, over: IconMinus };

/** The state of a thing: its word, with a sign and a colour that say the same. */
export function Standing(props: { tone: Tone; icon?: typeof IconBan; children: ReactNode }) {
  const Icon = props.icon ?? ICONS[props.tone];
  return (
    <span className={`${classes.standing} ${classes[props.tone]}`}>
      <Icon size={14} aria-hidden />
      <span>{props.children}</span>
    </span>
  );
}
