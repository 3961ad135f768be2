import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Snippet } from '../../parts/Copy';
import { Dialog } from '../../parts/Dialog';
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

/** Shows a one-time link, this once: to pass on where it was not mailed. Closes when it was kept. */
export function LinkShown(props: { made: Made | undefined; onClose: () => void }) {
  const { made } = props;
  const [kept, setKept] = useState(false);
  const close = () => {
    setKept(false);
    props.onClose();
  };
  const words = texts.users.link;
  return (
    <Dialog
      opened={made !== undefined}
      onClose={close}
      title={made?.title ?? ''}
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={kept}
      withCloseButton={false}
    >
      {made && (
        <Stack>
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
          <Group justify="space-between">
            <Checkbox
              label={texts.common.secret.kept}
              checked={kept}
              onChange={(event) => setKept(event.currentTarget.checked)}
            />
            <Button disabled={!kept} onClick={close}>
              {texts.common.close}
            </Button>
          </Group>
        </Stack>
      )}
    </Dialog>
  );
}
