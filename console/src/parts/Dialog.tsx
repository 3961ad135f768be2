import { Modal, type ModalProps } from '@mantine/core';
import { useFocusBack } from './focus';
import { Shown } from './Shown';

/** A dialog: its title may be a name that somebody gave, and the focus goes back to what opened it. */
export function Dialog({ title, ...others }: Omit<ModalProps, 'title'> & { title: string }) {
  useFocusBack(others.opened);
  return <Modal title={<Shown text={title} first={200} />} {...others} />;
}
