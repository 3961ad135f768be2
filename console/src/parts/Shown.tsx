import { UnstyledButton } from '@mantine/core';
import { Fragment, useState } from 'react';
import { texts } from '../texts';
import classes from './Shown.module.css';

/** Characters of a foreign text that are shown before one asks for more. */
const FIRST = 240;

/** Control characters, and those that turn the direction of a text or take no room (Unicode UAX #9, Cf). */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** A foreign text in pieces: as it is, and what cannot be seen by its number. */
export function pieces(text: string): Array<{ at: number; text: string; unseen: boolean }> {
  const found: Array<{ at: number; text: string; unseen: boolean }> = [];
  let from = 0;
  for (const match of text.matchAll(UNSEEN)) {
    if (match.index > from) found.push({ at: from, text: text.slice(from, match.index), unseen: false });
    const number = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    found.push({ at: match.index, text: `U+${number}`, unseen: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ at: from, text: text.slice(from), unseen: false });
  return found;
}

/**
 * A foreign text for where nothing can be marked, such as the choices of a field: what cannot be seen stands in
 * it by its number, and it is cut.
 */
export function plain(text: string, first = 80): string {
  const shown = pieces(text.slice(0, first)).map((piece) => (piece.unseen ? `[${piece.text}]` : piece.text));
  return shown.join('') + (text.length > first ? '…' : '');
}

/**
 * A text that somebody else wrote (a name, a header, a body): isolated, so that it turns nothing around it;
 * what cannot be seen is shown by its number; a long one is cut until one asks for all of it. One that is `whole`
 * (an address) breaks only where it is longer than a line.
 */
export function Shown(props: { text: string; mono?: boolean; whole?: boolean; first?: number }) {
  const [all, setAll] = useState(false);
  const first = props.first ?? FIRST;
  const long = props.text.length > first;
  const text = long && !all ? props.text.slice(0, first) : props.text;
  const styles = [classes.shown, props.whole && classes.whole, props.mono && 'code']
    .filter(Boolean)
    .join(' ');
  return (
    <>
      <bdi className={styles}>
        {pieces(text).map((piece) =>
          piece.unseen ? (
            <span key={piece.at} className={classes.unseen}>
              {piece.text}
            </span>
          ) : (
            <Fragment key={piece.at}>{piece.text}</Fragment>
          ),
        )}
        {long && !all && '…'}
      </bdi>
      {long && (
        <UnstyledButton className={classes.more} onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? texts.common.less : `${texts.common.more} (${texts.common.characters(props.text.length)})`}
        </UnstyledButton>
      )}
    </>
  );
}
