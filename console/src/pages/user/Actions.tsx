import { Button, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { useMe } from '../../api/me';
import { Ask } from '../../parts/Ask';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { LinkShown, type Made } from '../users/LinkShown';
import { patchUser } from '../users/patch';

const words = texts.users.user;

/** What can be done about a user: let in, keep out, give a new password, remove. */
export function Actions(props: { user: Schemas['UserDocument'] }) {
  const { user } = props;
  const who = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<'activate' | 'deactivate' | 'link' | 'remove'>();
  const [made, setMade] = useState<Made>();
  const close = () => setAsking(undefined);
  const path = { id: user.id ?? '' };
  const state = async (to: string, comment: string) => {
    await patchUser(user, { state: to }, comment);
    await client.invalidateQueries({ queryKey: ['users'] });
    told(to === 'active' ? words.activated : words.deactivated);
  };
  const active = (user.state ?? 'active') === 'active';
  return (
    <>
      {active && (
        <Button variant="default" onClick={() => setAsking('link')}>
          {words.passwordLink}
        </Button>
      )}
      {!active && <Button onClick={() => setAsking('activate')}>{words.activate}</Button>}
      {user.id !== who?.id && (
        <>
          {active && (
            <Button variant="default" onClick={() => setAsking('deactivate')}>
              {words.deactivate}
            </Button>
          )}
          <Button variant="default" onClick={() => setAsking('remove')}>
            {words.remove}
          </Button>
        </>
      )}
      <Ask
        opened={asking === 'activate'}
        onClose={close}
        title={texts.users.waiting.letInName(user.email)}
        action={words.activate}
        comment="optional"
        onDone={(comment) => state('active', comment)}
      />
      <Ask
        opened={asking === 'deactivate'}
        onClose={close}
        title={words.deactivateTitle(user.email)}
        action={words.deactivate}
        comment="optional"
        danger
        onDone={(comment) => state('deactivated', comment)}
      >
        <Text size="sm">{words.deactivateDetail}</Text>
      </Ask>
      <Ask
        opened={asking === 'link'}
        onClose={close}
        title={words.passwordLinkTitle(user.email)}
        action={words.passwordLinkAction}
        onDone={async () => {
          const link = await answer(api.POST('/api/v1/users/{id}/password-link', { params: { path } }));
          setMade({ ...link, title: words.passwordLinkMade(user.email), email: user.email });
        }}
      >
        <Text size="sm">{words.passwordLinkDetail}</Text>
      </Ask>
      <Ask
        opened={asking === 'remove'}
        onClose={close}
        title={words.removeTitle(user.email)}
        action={words.remove}
        danger
        onDone={async () => {
          await answer(api.DELETE('/api/v1/users/{id}', { params: { path } }));
          await client.invalidateQueries({ queryKey: ['users'] });
          told(words.removed(user.email));
          await navigate({ to: '/users' });
        }}
      >
        <Text size="sm">{words.removeDetail}</Text>
      </Ask>
      <LinkShown made={made} onClose={() => setMade(undefined)} />
    </>
  );
}
