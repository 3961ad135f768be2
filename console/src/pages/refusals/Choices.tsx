import type { ReactNode } from 'react';
import type { Search } from '../../router';
import classes from './Choices.module.css';
import { LookLink } from './LookLink';

/** One of several ways to look at the same thing. */
export interface Choice {
  key: string;
  label: ReactNode;
  /** What the URL says where this one is chosen. */
  change: Search;
}

/** Ways to look at something, as links, so that each can be shared and opened beside the other. */
export function Choices(props: {
  label: string;
  choices: Choice[];
  chosen: string | undefined;
  tabs?: boolean;
  children?: ReactNode;
}) {
  return (
    <nav aria-label={props.label}>
      <ul className={`${classes.choices} ${props.tabs ? classes.tabs : ''}`}>
        {props.choices.map((choice) => (
          <li key={choice.key}>
            <LookLink change={choice.change} chosen={choice.key === props.chosen} className={classes.choice}>
              {choice.label}
            </LookLink>
          </li>
        ))}
        {props.children && <li>{props.children}</li>}
      </ul>
    </nav>
  );
}
