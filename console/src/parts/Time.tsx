import { Tooltip, VisuallyHidden } from '@mantine/core';
import { texts } from '../texts';
import { Shown } from './Shown';
import { absolute, moment, relative } from './time';

/**
 * A moment in the local zone with its offset; how long ago on hover or touch. `brief` turns that round, and says
 * the moment to whoever hears the page; `by` says who did something then, if that is known.
 */
export function Time(props: {
  at: string | number | null | undefined;
  brief?: boolean;
  by?: string | undefined;
}) {
  const at = moment(props.at);
  if (!at) return <>{texts.common.none}</>;
  const ago = relative(at, new Date(), texts.common.language);
  const [shown, beside] = props.brief ? [ago, absolute(at)] : [absolute(at), ago];
  return (
    <>
      <Tooltip label={beside} events={{ hover: true, focus: true, touch: true }}>
        <time dateTime={at.toISOString()} style={{ position: 'relative', whiteSpace: 'nowrap' }}>
          {shown}
          {props.brief && <VisuallyHidden component="span">, {beside}</VisuallyHidden>}
        </time>
      </Tooltip>
      {props.by && (
        <>
          {' '}
          {texts.common.by} <Shown text={props.by} />
        </>
      )}
    </>
  );
}
