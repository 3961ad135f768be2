import type { ReactNode } from 'react';
import classes from './Facts.module.css';

/** What is known of a thing, line by line: names, and what each is. Of what there is nothing, no line is shown. */
export function Facts(props: { facts: Record<string, ReactNode> }) {
  const shown = Object.entries(props.facts).filter(
    ([, value]) => value !== undefined && value !== null && value !== false && value !== '',
  );
  return (
    <dl className={classes.facts}>
      {shown.map(([name, value]) => (
        <div key={name} className={classes.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
