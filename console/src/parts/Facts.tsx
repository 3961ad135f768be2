import type { ReactNode } from 'react';
import classes from './Facts.module.css';

/** What is known of a thing, line by line. */
export function Facts(props: { children: ReactNode }) {
  return <dl className={classes.facts}>{props.children}</dl>;
}

/** A name and what it is. Where there is nothing to say, the line is left out. */
export function Fact(props: { name: string; children: ReactNode }) {
  const { children } = props;
  if (children === undefined || children === null || children === '' || children === false) return null;
  return (
    <>
      <dt>{props.name}</dt>
      <dd>{children}</dd>
    </>
  );
}
