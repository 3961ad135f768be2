import { Text } from '@mantine/core';
import { useEffect } from 'react';
import { Outside } from '../../frame/Outside';
import { PageLink } from '../../parts/links';
import { texts } from '../../texts';

/** Where a window ends that was opened to sign in: the page that opened it notices by itself. */
export default function SignedInPage() {
  // Browsers let a window close itself only where a script opened it.
  useEffect(() => window.close(), []);
  return (
    <Outside title={texts.signIn.signedIn}>
      <Text>{texts.signIn.signedInDetail}</Text>
      <PageLink to="/">{texts.frame.notFound.home}</PageLink>
    </Outside>
  );
}
