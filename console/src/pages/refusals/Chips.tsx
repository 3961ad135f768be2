import { IconX } from '@tabler/icons-react';
import type { RefObject } from 'react';
import { pieces } from '../../parts/Shown';
import type { Search } from '../../router';
import { texts } from '../../texts';
import classes from './Chips.module.css';
import { LookLink } from './LookLink';
import { FILTERS, type Looked, UNFILTERED } from './looked';
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
export function Chips({ at, place }: { at: Looked; place: RefObject<HTMLElement | null> }) {
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
              <LookLink
                change={change}
                place={place}
                className={classes.chip}
                label={words.remove(name, shown)}
              >
                <span className={classes.name}>{name}</span> <bdi>{shown}</bdi>
                <IconX size={14} aria-hidden />
              </LookLink>
            </li>
          );
        })}
        {set.length > 1 && (
          <li>
            <LookLink change={UNFILTERED} place={place} className={classes.chip}>
              {words.clear}
            </LookLink>
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
