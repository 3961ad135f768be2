import { Anchor, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import { me, settled, signedIn, useMe, whoIsSignedIn } from '../api/me';
import { queries } from '../api/queries';
import { expired, settle } from '../api/session';
import { useSignal } from '../api/signals';
import { Dialog } from '../parts/Dialog';
import { texts } from '../texts';
import { SignInForm } from './SignInForm';

/** How often it is asked whether somebody has signed in in another window, in milliseconds. */
const AGAIN = 2_000;

/** Looks who is signed in now; the dialog goes as soon as it is the same person again. */
async function look(): Promise<void> {
  const now = await whoIsSignedIn();
  if (now) queries.setQueryData<typeof now | null>(me.queryKey, (before) => settled(before, now));
}

/**
 * Over a page whose session has ended: signs in again, here or in another window, and the request that found
 * out goes on. The page below keeps what was typed into it.
 */
export function Expired() {
  const over = useSignal(expired);
  const who = useMe();
  useEffect(() => {
    if (!over) return;
    // What cannot be asked now is asked again.
    const ask = () => void look().catch(() => undefined);
    const timer = setInterval(ask, AGAIN);
    window.addEventListener('focus', ask);
    return () => {
      clearInterval(timer);
      window.removeEventListener('focus', ask);
    };
  }, [over]);
  const giveUp = () => {
    settle(false);
    signedIn(queries, null);
  };
  return (
    <Dialog
      opened={over}
      onClose={giveUp}
      title={texts.signIn.expired}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      zIndex={500}
    >
      <Stack gap="sm">
        <Text size="sm">{texts.signIn.expiredDetail(who?.email ?? who?.name ?? who?.who ?? '')}</Text>
        <SignInForm elsewhere email={who?.email ?? undefined} onSignedIn={look} />
        <Anchor component="button" type="button" size="sm" onClick={giveUp}>
          {texts.signIn.giveUp}
        </Anchor>
      </Stack>
    </Dialog>
  );
}
