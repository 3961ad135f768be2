import { Divider, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { signedIn, whoIsSignedIn } from '../../api/me';
import { codeOf } from '../../api/problem';
import { queries } from '../../api/queries';
import { Providers, useProviders } from '../../frame/Providers';
import { SubmitButton } from '../../frame/SubmitButton';
import { useDoing } from '../../parts/doing';
import { Failure } from '../../parts/Failure';
import { acceptable, NewPassword } from '../../parts/NewPassword';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';

const words = texts.signIn.link;

/** Takes what a link asks for, uses it, and leads into the console. */
export function AcceptForm(props: {
  link: Schemas['LinkSeen'];
  token: string;
  /** The link turned out to be used up. */
  onBad: () => void;
  /** One leaves for an identity provider, and comes back. */
  onLeave: () => void;
}) {
  const { link } = props;
  const navigate = useNavigate();
  const providers = useProviders();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const first = link.purpose === 'first_administrator';
  const invited = link.purpose === 'invitation';
  /** Whether there is an account whose password is shown, and not chosen. */
  const old = invited && link.account;
  const doing = useDoing(async () => {
    const body = {
      token: props.token,
      email: first ? email : null,
      name: (!link.account && name.trim()) || null,
      password: link.signed_in ? null : password,
    };
    try {
      await answer(api.POST('/api/v1/invitations/accept', { body }));
    } catch (thrown) {
      if (codeOf(thrown) === 'resource.not_found') return props.onBad();
      throw thrown;
    }
    signedIn(queries, await whoIsSignedIn());
    await navigate({ to: '/', replace: true });
  });
  // An account is made by the link, or, where it lets people in by itself, by the provider.
  const others = invited && !link.signed_in ? providers.filter((way) => link.account || way.sign_up) : [];
  return (
    <Stack>
      <What link={link} />
      <form onSubmit={doing.submit}>
        <Stack gap="sm">
          {first && (
            <TextInput
              label={texts.signIn.email}
              type="email"
              autoComplete="username"
              required
              maxLength={254}
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
          )}
          {!link.account && (
            <TextInput
              label={words.yourName}
              description={words.nameHelp}
              autoComplete="name"
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          )}
          {link.signed_in ? (
            <Text size="sm">{words.signedIn}</Text>
          ) : old ? (
            <PasswordInput
              label={words.ownPassword}
              description={words.ownPasswordHelp}
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              visibilityToggleButtonProps={{ 'aria-label': texts.signIn.showPassword, tabIndex: 0 }}
            />
          ) : (
            <NewPassword value={password} onChange={setPassword} />
          )}
          <Failure error={doing.error} />
          <SubmitButton of={doing} disabled={!(link.signed_in || old || acceptable(password))}>
            {invited ? words.join : first ? words.accept : words.change}
          </SubmitButton>
        </Stack>
      </form>
      {others.length > 0 && (
        <>
          <Divider label={words.noPassword} />
          <Providers providers={others} returnTo="/accept" onLeave={props.onLeave} />
        </>
      )}
    </Stack>
  );
}

/** What the link lets do, and for whom it is. */
function What(props: { link: Schemas['LinkSeen'] }) {
  const { link } = props;
  if (link.purpose === 'first_administrator') return <Text>{words.first}</Text>;
  return (
    <div>
      {link.purpose === 'invitation' && (
        <Text>
          <Shown text={link.tenant ? words.invitedTo(link.tenant) : words.invitedToPlatform} />{' '}
          <Shown text={words.as(link.roles.join(', '))} />
        </Text>
      )}
      <Text>
        {words.forWhom}{' '}
        <b>
          <Shown text={link.email ?? ''} />
        </b>
        .
      </Text>
    </div>
  );
}
