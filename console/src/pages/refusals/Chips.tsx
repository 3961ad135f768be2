import { IconX } from '@tabler/icons-react';
import { PageLink } from '../../parts/links';
import { pieces } from '../../parts/Shown';
import type { Search } from '../../router';
import { texts } from '../../texts';
import classes from './Chips.module.css';
import { changed, FILTERS, type Looked, UNFILTERED } from './looked';
import { named } from './span';

const words = texts.refusals.filters;

/** Characters of a filter's value that a chip shows. */
const FIRST = 60;

interface Chip {
  name: string;
  value: string;
  /** What takes it away. */
  change: Search;
}

/** The filters that are set, each a link that takes it away. */
export function Chips({ at }: { at: Looked }) {
  const set = FILTERS.flatMap((name): Chip[] => {
    const value = at.filters[name];
    return value ? [{ name: words.names[name], value, change: { [name]: undefined } }] : [];
  });
  const chips = 'preset' in at.span ? set : [timeChip(at.span), ...set];
  if (chips.length === 0) return null;
  return (
    <nav aria-label={words.active}>
      <ul className={classes.chips}>
        {chips.map(({ name, value, change }) => {
          const shown = pieces(value.length > FIRST ? `${value.slice(0, FIRST)}…` : value)
            .map((piece) => piece.text)
            .join('');
          return (
            <li key={name}>
              <PageLink
                to="/refusals"
                search={changed(change)}
                resetScroll={false}
                underline="never"
                className={classes.chip}
                aria-label={words.remove(name, shown)}
              >
                <span className={classes.name}>{name}</span> <bdi>{shown}</bdi>
                <IconX size={14} aria-hidden />
              </PageLink>
            </li>
          );
        })}
        {set.length > 1 && (
          <li>
            <PageLink
              to="/refusals"
              search={changed(UNFILTERED)}
              resetScroll={false}
              className={classes.chip}
              underline="never"
            >
              {words.clear}
            </PageLink>
          </li>
        )}
      </ul>
    </nav>
  );
}

function timeChip({ from, until }: { from: number; until: number }): Chip {
  const value = `${named(from)} – ${named(until)}`;
  return { name: words.time, value, change: { from: undefined, to: undefined } };
}
