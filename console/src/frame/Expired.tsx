import { Modal, Text } from '@mantine/core';
import { me } from '../api/me';
import { queries } from '../api/queries';
import { expired, settle } from '../api/session';
import { useSignal } from '../api/signals';
import { texts } from '../texts';
import { SignInForm } from './SignInForm';

/**
 * Over a page whose session has ended: signs in again, and the request that found out goes on. The page
 * below keeps what was typed into it.
 */
export function Expired() {
  const over = useSignal(expired);
  const giveUp = () => {
    settle(false);
    queries.setQueryData(me.queryKey, null);
  };
  return (
    <Modal opened={over} onClose={giveUp} title={texts.signIn.expired} closeOnClickOutside={false}>
      <Text size="sm" mb="sm">
        {texts.signIn.expiredDetail}
      </Text>
      <SignInForm
        elsewhere
        onSignedIn={async () => {
          await queries.invalidateQueries({ queryKey: me.queryKey });
          settle(true);
        }}
      />
    </Modal>
  );
}
