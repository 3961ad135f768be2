import { Alert, Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { texts } from '../texts';
import { Snippet } from './Copy';
import { Dialog } from './Dialog';

/** A secret that was just made: shown this once, with a request that uses it. Closes when it was kept. */
export function Secret(props: {
  opened: boolean;
  title: string;
  /** What the secret is called: "key of shop". */
  what: string;
  secret: string;
  /** A curl command with the secret in it, ready to paste. */
  curl?: string | undefined;
  /** What is to be known of that command. */
  note?: ReactNode;
  onClose: () => void;
}) {
  const [kept, setKept] = useState(false);
  const close = () => {
    setKept(false);
    props.onClose();
  };
  const words = texts.common.secret;
  return (
    <Dialog
      opened={props.opened}
      onClose={close}
      title={props.title}
      size="xl"
      closeOnClickOutside={false}
      closeOnEscape={kept}
      withCloseButton={false}
    >
      <Stack>
        <Alert color="orange" variant="outline">
          {words.once}
        </Alert>
        <Snippet text={props.secret} what={props.what} />
        {props.curl && (
          <div>
            <Text size="sm">{words.curl}</Text>
            <Snippet text={props.curl} what={words.curlName} />
          </div>
        )}
        {props.note}
        <Group justify="space-between">
          <Checkbox
            label={words.kept}
            checked={kept}
            onChange={(event) => setKept(event.currentTarget.checked)}
          />
          <Button disabled={!kept} onClick={close}>
            {texts.common.close}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
