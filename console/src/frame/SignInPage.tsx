import { Alert, Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { signedIn, whoIsSignedIn } from '../api/me';
import { queries } from '../api/queries';
import { Shown } from '../parts/Shown';
import { texts } from '../texts';
import { Outside } from './Outside';
import { SignInForm } from './SignInForm';

/** For whoever is not signed in. The page that was asked for comes right after. */
export function SignInPage() {
  const { sign_in: code, request_id: id } = useSearch({ strict: false }) as Record<
    string,
    string | undefined
  >;
  return (
    <Outside title={texts.signIn.title}>
      {code && <NotSignedIn code={code} id={id} />}
      <SignInForm onSignedIn={async () => signedIn(queries, await whoIsSignedIn())} />
    </Outside>
  );
}

/**
 * Why an identity provider brought somebody back who is not signed in. Only the code comes with the address:
 * a sentence in it could be anybody's.
 */
function NotSignedIn(props: { code: string; id: string | undefined }) {
  const words = texts.signIn.failed;
  return (
    <Alert color="red" variant="outline" role="alert" title={words.title}>
      {Object.hasOwn(words.byCode, props.code) ? words.byCode[props.code] : words.other}
      <Text size="xs" c="dimmed" mt={4}>
        <Shown text={props.code} mono first={60} />
        {props.id && (
          <>
            {' '}
            · {words.requestId} <Shown text={props.id} mono first={60} />
          </>
        )}
      </Text>
    </Alert>
  );
}
