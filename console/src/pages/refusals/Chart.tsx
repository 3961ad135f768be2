import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef, RefObject } from 'react';
import type { Schemas } from '../../api/client';
import { texts } from '../../texts';
import classes from './Chart.module.css';
import { changed, timeOf } from './looked';
import { named, tick } from './span';

const words = texts.refusals.chart;

/** Room above the highest bar and below the lowest, in percent of the height. */
const HEAD = 4;

/** What a bar looks like that stands for the upstream's own: striped, so that it needs no colour. */
const STRIPES = 'refused-by-the-upstream';

/**
 * Refusals over time: a bar for each part of it, Postern's below, the upstream's on top of them. Each leads
 * to its part of the time; then it is gone, and `place` takes the focus.
 */
export function Chart({
  series,
  place,
}: {
  series: Schemas['DenialSlice'][];
  place: RefObject<HTMLElement | null>;
}) {
  const [first, last] = [series.at(0), series.at(-1)];
  if (!first || !last) return null;
  const length = last.until_ms - first.from_ms;
  const highest = scale(Math.max(...series.map((one) => one.refused + one.origin_refused)));
  const middle = series[Math.floor(series.length / 2)] ?? first;
  const width = 100 / series.length;
  return (
    <div className={classes.chart}>
      <div className={classes.scale} aria-hidden>
        <span>{highest.toLocaleString()}</span>
        <span>0</span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a picture */}
      <svg
        className={classes.svg}
        role="group"
        aria-label={words.label(named(first.from_ms), named(last.until_ms))}
      >
        <Stripes />
        {[0, 50, 100].map((at) => (
          <line key={at} className={classes.line} x1="0" x2="100%" y1={`${at}%`} y2={`${at}%`} />
        ))}
        {series.map((bucket, at) => (
          <Bar
            key={bucket.from_ms}
            bucket={bucket}
            place={place}
            x={at * width}
            width={width}
            highest={highest}
          />
        ))}
      </svg>
      <div className={classes.times} aria-hidden>
        {[first.from_ms, middle.from_ms, last.until_ms].map((at) => (
          <span key={at}>{tick(at, length)}</span>
        ))}
      </div>
    </div>
  );
}

/** What the colours and stripes are. */
export function Legend() {
  return (
    <div className={classes.legend} aria-hidden>
      {([classes.ours, classes.theirs] as const).map((look, at) => (
        <span key={look} className={classes.key}>
          <svg width="14" height="14" aria-hidden>
            <rect width="14" height="14" className={look} />
            {at === 1 && <rect width="14" height="14" fill={`url(#${STRIPES})`} />}
          </svg>
          {at === 0 ? words.ours : words.theirs}
        </span>
      ))}
    </div>
  );
}

function Stripes() {
  return (
    <defs>
      <pattern id={STRIPES} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line className={classes.stripe} x1="0" x2="0" y1="0" y2="6" strokeWidth="4" />
      </pattern>
    </defs>
  );
}

function Bar(props: {
  bucket: Schemas['DenialSlice'];
  x: number;
  width: number;
  highest: number;
  place: RefObject<HTMLElement | null>;
}) {
  const { refused, origin_refused, from_ms, until_ms } = props.bucket;
  if (refused + origin_refused === 0) return null;
  const height = (count: number) => (count / props.highest) * (100 - HEAD);
  const [ours, theirs] = [height(refused), height(origin_refused)];
  // A fifth of a bar's room stays free between it and the next.
  const across = { x: `${props.x + props.width * 0.1}%`, width: `${props.width * 0.8}%` };
  const upper = { ...across, y: `${100 - ours - theirs}%`, height: `${theirs}%` };
  const name = words.bar(named(from_ms), named(until_ms), refused, origin_refused);
  return (
    <BarLink
      to="/refusals"
      search={changed(timeOf(from_ms, until_ms))}
      resetScroll={false}
      activeOptions={{ exact: true }}
      className={classes.bar}
      aria-label={name}
      onClick={() => props.place.current?.focus({ preventScroll: true })}
    >
      <title>{name}</title>
      <rect className={classes.hit} x={`${props.x}%`} y="0" width={`${props.width}%`} height="100%" />
      <rect className={classes.ours} {...across} y={`${100 - ours}%`} height={`${ours}%`} />
      <rect className={classes.theirs} {...upper} />
      <rect fill={`url(#${STRIPES})`} {...upper} />
    </BarLink>
  );
}

/** A link within a picture. */
const BarLink = createLink((props: ComponentPropsWithRef<'a'>) => <a {...props} />);

/** The number at the top of the scale: the next of 1, 2, 4, 5, 8 and their tenfolds, even where halved. */
export function scale(most: number): number {
  if (most <= 2) return 2;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 4, 6, 8, 10].map((factor) => factor * power).find((top) => top >= most) ?? most;
}
