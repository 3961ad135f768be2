import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answer, api } from '../../api/client';
import { codeOf } from '../../api/problem';
import { Outside } from '../../frame/Outside';
import { Loaded } from '../../parts/Loaded';
import { texts } from '../../texts';
import { AcceptForm } from './AcceptForm';
import { BadLink } from './BadLink';

/** Where the token of the link is kept, and nowhere else, while one signs in with an identity provider. */
const KEPT = 'token';

/** What a one-time link leads to: the first administrator, somebody who is invited, a new password. */
export default function AcceptPage() {
  const [token] = useState(
    () => new URLSearchParams(location.search).get('token') ?? sessionStorage.getItem(KEPT) ?? '',
  );
  const [used, setUsed] = useState(false);
  useEffect(() => {
    sessionStorage.removeItem(KEPT);
    // The link stays out of the history and of what others see on the screen.
    history.replaceState(history.state, '', '/accept');
  }, []);
  const link = useQuery({
    queryKey: ['link', token],
    queryFn: () => answer(api.GET('/api/v1/invitations/accept', { params: { query: { token } } })),
    enabled: token !== '',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const bad = used || token === '' || codeOf(link.error) === 'resource.not_found';
  const title = bad
    ? texts.signIn.link.bad
    : link.data?.purpose === 'password'
      ? texts.signIn.link.passwordTitle
      : texts.signIn.link.title;
  return (
    <Outside title={title}>
      {bad ? (
        <BadLink />
      ) : (
        <Loaded query={link}>
          {(seen) => (
            <AcceptForm
              link={seen}
              token={token}
              onBad={() => setUsed(true)}
              onLeave={() => sessionStorage.setItem(KEPT, token)}
            />
          )}
        </Loaded>
      )}
    </Outside>
  );
}
