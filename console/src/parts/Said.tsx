import { Fragment } from 'react';
import { Shown } from './Shown';

/** A sentence of Postern's, in which names stand between back quotes: shown as names. */
export function Said(props: { text: string; first?: number }) {
  // An odd one is no pair: the text stays as it is.
  const parts = props.text.split('`');
  if (parts.length < 3 || parts.length % 2 === 0 || props.text.length > (props.first ?? 600)) {
    return <Shown text={props.text} first={props.first ?? 600} />;
  }
  return (
    <>
      {parts.map((part, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence keep their order
        <Fragment key={at}>{part && <Shown text={part} mono={at % 2 === 1} />}</Fragment>
      ))}
    </>
  );
}
