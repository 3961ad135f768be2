import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { texts } from '../texts';
import { Failure } from './Failure';
import { Shown } from './Shown';

/** Numbers what is told: `crypto.randomUUID` is for HTTPS and localhost only. */
let count = 0;

/** Tells that something was done. Where it can be undone, the button that does it stays for a while. */
export function told(what: string, undo?: () => Promise<unknown>): void {
  count += 1;
  const id = `told-${count}`;
  const undone = async () => {
    notifications.hide(id);
    try {
      await undo?.();
    } catch (error) {
      notifications.show({ message: <Failure error={error} />, autoClose: false, withCloseButton: true });
    }
  };
  notifications.show({
    id,
    role: 'status',
    autoClose: undo ? 15_000 : 6_000,
    closeButtonProps: { 'aria-label': texts.common.close },
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" component="div">
          <Shown text={what} />
        </Text>
        {undo && (
          <Button size="compact-sm" variant="light" onClick={undone}>
            {texts.common.undo}
          </Button>
        )}
      </Group>
    ),
  });
}
