import { Tooltip } from '@mantine/core';
import { texts } from '../texts';
import { Shown } from './Shown';
import { absolute, moment, relative } from './time';

/**
 * A moment in the local zone with its offset; how long ago on hover. `brief` turns that round; `by` says who did
 * something then, if that is known.
 */
export function Time(props: {
  at: string | number | null | undefined;
  brief?: boolean;
  by?: string | undefined;
}) {
  const at = moment(props.at);
  if (!at) return <>{texts.common.none}</>;
  const [shown, beside] = props.brief
    ? [relative(at, new Date()), absolute(at)]
    : [absolute(at), relative(at, new Date())];
  return (
    <>
      <Tooltip label={beside}>
        <time dateTime={at.toISOString()} style={{ whiteSpace: 'nowrap' }}>
          {shown}
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
