import { Text } from '@mantine/core';
import { ButtonLink } from '../parts/links';
import { Page } from '../parts/Page';
import { texts } from '../texts';

/** An address that leads nowhere. */
export function NotFound() {
  const words = texts.frame.notFound;
  return (
    <Page title={words.title}>
      <Text>{words.detail}</Text>
      <div>
        <ButtonLink to="/">{words.home}</ButtonLink>
      </div>
    </Page>
  );
}
