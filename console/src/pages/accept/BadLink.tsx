import { List, Stack, Text } from '@mantine/core';
import { Snippet } from '../../parts/Copy';
import { PageLink } from '../../parts/links';
import { texts } from '../../texts';

/** A link that was used, is too old or was cut off: what to do now. */
export function BadLink() {
  const words = texts.signIn.link;
  return (
    <Stack gap="sm" role="alert">
      <Text>{words.badDetail}</Text>
      <Text fw={600}>{words.badNext}</Text>
      <List size="sm" spacing="xs">
        <List.Item>{words.badInvited}</List.Item>
        <List.Item>
          {words.badFirst}
          <Snippet text="postern admin-link" what={words.adminLink} />
        </List.Item>
        <List.Item>
          {words.badDone} <PageLink to="/">{words.toSignIn}</PageLink>
        </List.Item>
      </List>
    </Stack>
  );
}
