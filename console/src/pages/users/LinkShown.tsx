import { Text } from '@mantine/core';
import { Snippet } from '../../parts/Copy';
import { Once } from '../../parts/Once';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';

/** A one-time link that was just made. */
export interface Made {
  title: string;
  email: string;
  link: string;
  expires_at: string;
  mailed: boolean;
  not_mailed_because?: string | null;
}

/** Shows a one-time link, this once: to pass on where it was not mailed. */
export function LinkShown(props: { made: Made | undefined; onClose: () => void }) {
  const { made } = props;
  const words = texts.users.link;
  return (
    <Once opened={made !== undefined} onClose={props.onClose} title={made?.title ?? ''} size="lg">
      {made && (
        <>
          <Text size="sm">
            <Shown text={made.mailed ? words.mailed(made.email) : words.notMailed(made.email)} />
          </Text>
          <Snippet text={made.link} what={words.what} />
          <Text size="sm">
            {words.once} <Time at={made.expires_at} />.
          </Text>
          {made.not_mailed_because && (
            <Text size="sm" c="dimmed">
              <Shown text={words.because(made.not_mailed_because)} />
            </Text>
          )}
        </>
      )}
    </Once>
  );
}
