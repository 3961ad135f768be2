import { Fragment } from 'react';
import type { Schemas } from '../../api/client';
import { useMay } from '../../api/me';
import { texts } from '../../texts';
import { PageLink } from '../links';
import { Shown } from '../Shown';
import { Time } from '../Time';

/** Evidence that is a moment: Unix time in seconds. */
const MOMENTS = new Set([
  'since',
  'until',
  'from',
  'requested_at',
  'decided_at',
  'revoked_at',
  'retired_at',
  'not_before',
  'not_after',
  'now',
  'next_probe',
]);

/** Evidence that is a span in milliseconds. */
const SPANS = new Set(['window', 'reset', 'age']);

/** Evidence that names something with a page of its own, and the permission that page takes. */
const PAGES: Record<string, { to: string; needs: string }> = {
  app: { to: '/apps/$id', needs: 'apps.read' },
  service: { to: '/services/$id', needs: 'services.read' },
  key: { to: '/credentials/$id', needs: 'credentials.read' },
  list: { to: '/lists/$id', needs: 'lists.read' },
  expired_list: { to: '/lists/$id', needs: 'lists.read' },
  subscription: { to: '/subscriptions/$id', needs: 'subscriptions.read' },
};

/** The page of something that evidence names; its bare name for whoever may not see that page. */
export function Thing(props: { kind: string; id: string }) {
  const may = useMay();
  const page = Object.hasOwn(PAGES, props.kind) ? PAGES[props.kind] : undefined;
  // Names have no spaces; a sentence is no name.
  const name = <Shown text={props.id} mono={!/\s/.test(props.id)} />;
  // A text of somebody else's may stand where a name should.
  if (!page || !may(page.needs) || !/^[\w.-]{1,128}$/.test(props.id)) return name;
  return (
    <PageLink to={page.to} params={{ id: props.id }}>
      {name}
    </PageLink>
  );
}

/** What a piece of evidence says: times as times, names as links. */
export function Worth(props: { evidence: Schemas['Evidence']; code: string }) {
  const { name, value } = props.evidence;
  if (typeof value === 'number') {
    if (MOMENTS.has(name)) return <Time at={value * 1000} />;
    if (SPANS.has(name)) return <>{texts.why.span(value)}</>;
    const bytes = props.code === 'body.too_large' || name === 'size';
    return <>{bytes ? texts.why.bytes(value) : value.toLocaleString(texts.common.language)}</>;
  }
  const all = Array.isArray(value) ? value : [String(value)];
  if (all.length === 0) return <>{texts.why.nothing}</>;
  return (
    <>
      {all.map((one, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what is told stays in its order
        <Fragment key={at}>
          {at > 0 && ', '}
          <Thing kind={name} id={String(one)} />
        </Fragment>
      ))}
    </>
  );
}
