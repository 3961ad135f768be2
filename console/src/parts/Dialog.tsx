import { Modal, type ModalProps } from '@mantine/core';
import { useOpenDialog } from './dialogs';
import { useFocusBack } from './focus';
import { Shown } from './Shown';

/**
 * A dialog: its title may be a name that somebody gave, the focus goes back to what opened it, and Escape closes
 * the topmost one only.
 */
export function Dialog({
  title,
  closeOnEscape = true,
  ...others
}: Omit<ModalProps, 'title'> & { title: string }) {
  useFocusBack(others.opened);
  useOpenDialog(others.opened, () => {
    if (closeOnEscape) others.onClose();
  });
  return <Modal title={<Shown text={title} first={200} />} closeOnEscape={false} {...others} />;
}
