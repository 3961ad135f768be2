import { Button, Checkbox, Group, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { texts } from '../texts';
import { Dialog } from './Dialog';

/** What is shown this once and never again: it closes when somebody says that they have kept it. */
export function Once(props: {
  opened: boolean;
  title: string;
  size: string;
  children: ReactNode;
  onClose: () => void;
}) {
  const [kept, setKept] = useState(false);
  const close = () => {
    setKept(false);
    props.onClose();
  };
  return (
    <Dialog
      opened={props.opened}
      onClose={close}
      title={props.title}
      size={props.size}
      closeOnClickOutside={false}
      closeOnEscape={kept}
      withCloseButton={false}
    >
      <Stack>
        {props.children}
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
    </Dialog>
  );
}
