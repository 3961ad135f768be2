import { useQuery } from '@tanstack/react-query';
import { me } from '../api/me';
import { Loaded } from '../parts/Loaded';
import { Expired } from './Expired';
import { Shell } from './Shell';
import { SignInPage } from './SignInPage';

/** The pages of whoever is signed in; for nobody, the way to sign in at the same address. */
export function SignedIn() {
  const query = useQuery(me);
  return (
    <Loaded query={query}>
      {(who) =>
        who ? (
          <>
            <Expired />
            <Shell />
          </>
        ) : (
          <SignInPage />
        )
      }
    </Loaded>
  );
}
