import { Button } from '@mantine/core';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { texts } from '../texts';

/** A page that threw. What it threw is shown; nothing is sent anywhere. */
export function Crashed(props: { error: unknown; reset: () => void }) {
  return (
    <Page title={texts.frame.crashed.title}>
      <Failure error={props.error} />
      <div>
        <Button onClick={props.reset}>{texts.frame.crashed.again}</Button>
      </div>
    </Page>
  );
}
