import { Alert } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect } from 'react';
import { queries } from '../api/queries';
import { reachable } from '../api/session';
import { useSignal } from '../api/signals';
import { texts } from '../texts';

/** How often a Postern that is away is asked whether it is back, in milliseconds. */
const AGAIN = 2_000;

/** Says that Postern cannot be reached, and asks until it can; then every page is brought up to date. */
export function Banner() {
  const there = useSignal(reachable);
  useEffect(() => {
    if (there) return;
    const timer = setInterval(async () => {
      const back = await fetch('/healthz').then(
        (response) => response.ok,
        () => false,
      );
      if (!back) return;
      reachable.set(true);
      await queries.invalidateQueries();
    }, AGAIN);
    return () => clearInterval(timer);
  }, [there]);
  if (there) return null;
  return (
    <Alert
      mb="md"
      color="orange"
      variant="outline"
      role="alert"
      icon={<IconPlugConnectedX aria-hidden />}
      title={texts.common.unreachable.title}
    >
      {texts.common.unreachable.detail}
    </Alert>
  );
}
