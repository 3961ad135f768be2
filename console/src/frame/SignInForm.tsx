import { Alert, Anchor, Divider, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../api/client';
import { useDoing } from '../parts/doing';
import { Failure } from '../parts/Failure';
import { texts } from '../texts';
import { here, Providers, useProviders, ways } from './Providers';
import { SignUpForm } from './SignUpForm';
import { SubmitButton } from './SubmitButton';

/**
 * Signs in with a password or an identity provider, or asks for an account where that is possible.
 * `elsewhere`: over a page that stays as it is, so that providers open in a window of their own.
 */
export function SignInForm(props: {
  onSignedIn: () => Promise<unknown>;
  elsewhere?: boolean;
  /** Who is to sign in, where that is known. */
  email?: string | undefined;
}) {
  const known = useQuery(ways).data?.items;
  const providers = useProviders();
  const [asking, setAsking] = useState(false);
  const [asked, setAsked] = useState<string>();
  const [email, setEmail] = useState(props.email ?? '');
  const words = texts.signIn;
  if (asking) {
    return (
      <SignUpForm
        email={email}
        onBack={() => setAsking(false)}
        onAsked={(whose) => {
          setEmail(whose);
          setAsked(whose);
          setAsking(false);
        }}
      />
    );
  }
  const signUp = !props.elsewhere && known?.some((way) => way.id === 'local' && way.sign_up);
  return (
    <Stack>
      {asked && (
        <Alert variant="outline" role="status" title={words.signUp.done}>
          {words.signUp.doneDetail(asked)}
        </Alert>
      )}
      <PasswordForm email={email} onEmail={setEmail} onSignedIn={props.onSignedIn} />
      {providers.length > 0 && (
        <>
          <Divider label={words.or} />
          <Providers
            providers={providers}
            returnTo={props.elsewhere ? '/signed-in' : here()}
            elsewhere={props.elsewhere}
          />
        </>
      )}
      {signUp && !asked && (
        <Anchor component="button" type="button" size="sm" onClick={() => setAsking(true)}>
          {words.signUp.open}
        </Anchor>
      )}
    </Stack>
  );
}

function PasswordForm(props: {
  email: string;
  onEmail: (email: string) => void;
  onSignedIn: () => Promise<unknown>;
}) {
  const [password, setPassword] = useState('');
  const words = texts.signIn;
  const doing = useDoing(async () => {
    try {
      await answer(api.POST('/api/v1/sign-in', { body: { email: props.email, password } }));
      await props.onSignedIn();
    } catch (thrown) {
      setPassword('');
      throw thrown;
    }
  });
  return (
    <form onSubmit={doing.submit}>
      <Stack gap="sm">
        <TextInput
          label={words.email}
          type="email"
          autoComplete="username"
          required
          data-autofocus={props.email ? undefined : true}
          value={props.email}
          onChange={(event) => props.onEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={words.password}
          autoComplete="current-password"
          required
          data-autofocus={props.email ? true : undefined}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': words.showPassword, tabIndex: 0 }}
        />
        <Failure error={doing.error} />
        <SubmitButton of={doing}>{words.action}</SubmitButton>
      </Stack>
    </form>
  );
}
