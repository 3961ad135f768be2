import type { ReactNode } from 'react';
import classes from './Described.module.css';

/** Names and what stands for them; a pair whose text is nothing is left out. */
export function Described(props: { pairs: Array<[name: string, text: ReactNode]> }) {
  const shown = props.pairs.filter(
    ([, text]) => text !== null && text !== undefined && text !== '' && text !== false,
  );
  return (
    <dl className={classes.pairs}>
      {shown.map(([name, text]) => (
        <div key={name} className={classes.pair}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
