import type { ReactNode } from 'react';
import { PageLink } from './links';
import { Shown } from './Shown';

/** The page of each kind of thing that has one. */
const PAGES = {
  app: '/apps/$id',
  change_request: '/change-requests/$id',
  credential: '/credentials/$id',
  issuer: '/issuers/$id',
  list: '/lists/$id',
  service: '/services/$id',
  subscription: '/subscriptions/$id',
  user: '/users/$id',
} as const;

/** The id of a thing; a link to its page where it has one, and the thing is not gone. */
export function ThingLink(props: { kind: string; id: string; gone?: boolean }): ReactNode {
  const shown = <Shown text={props.id} mono first={200} />;
  const to = PAGES[props.kind as keyof typeof PAGES];
  if (!to || props.gone) return shown;
  return (
    <PageLink to={to} params={{ id: props.id }}>
      {shown}
    </PageLink>
  );
}
