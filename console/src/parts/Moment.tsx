import { texts } from '../texts';
import { Shown } from './Shown';
import { Time } from './Time';

/** When something was done, and by whom, if that is known. */
export function Moment(props: { at: string | number; by: string | undefined }) {
  return (
    <>
      <Time at={props.at} />
      {props.by && (
        <>
          {' '}
          {texts.apps.by} <Shown text={props.by} />
        </>
      )}
    </>
  );
}
