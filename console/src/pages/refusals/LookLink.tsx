import type { ReactNode, RefObject } from 'react';
import { PageLink } from '../../parts/links';
import type { Search } from '../../router';
import { changed } from './looked';

/** A link to the same page, looking at something else. */
export function LookLink(props: {
  /** What the URL says otherwise. */
  change: Search;
  className?: string | undefined;
  /** Whether it is one of several ways to look, and the one that is chosen. */
  chosen?: boolean;
  label?: string;
  /** What takes the focus where the link is gone once it was followed. */
  place?: RefObject<HTMLElement | null>;
  children: ReactNode;
}) {
  return (
    <PageLink
      to="/refusals"
      search={changed(props.change)}
      // Where one reads, one stays.
      resetScroll={false}
      // A link that leads to a part of what is looked at is not where one is.
      activeOptions={{ exact: true }}
      underline={props.className ? 'never' : 'hover'}
      className={props.className}
      aria-current={props.chosen ? 'true' : undefined}
      aria-label={props.label}
      onClick={() => props.place?.current?.focus({ preventScroll: true })}
    >
      {props.children}
    </PageLink>
  );
}
