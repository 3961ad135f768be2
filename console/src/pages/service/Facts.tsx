import type { ReactNode } from 'react';
import classes from './Facts.module.css';

/** What is known of a thing, by name. What there is not is left out. */
export function Facts(props: { facts: Record<string, ReactNode> }) {
  return (
    <dl className={classes.facts}>
      {Object.entries(props.facts).map(
        ([name, value]) =>
          value !== undefined &&
          value !== '' && (
            <div key={name} className={classes.fact}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
