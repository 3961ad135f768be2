import { Box, Text } from '@mantine/core';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import classes from './Why.module.css';

/** What is no text: control characters but tab and line ends, and what could not be decoded. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const BINARY = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffd]/g;

/** The text with everything that cannot be read as `\xNN`, if there is much of that; null for a text. */
export function escaped(text: string): string | null {
  const strange = text.match(BINARY)?.length ?? 0;
  if (strange === 0 || strange * 50 < text.length) return null;
  return text.replace(BINARY, (char) =>
    char === '\ufffd' ? '\\x??' : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** A body that somebody else wrote: shown as it is, or, where it is no text, by its bytes. */
export function Foreign(props: { text: string; what: string }) {
  const bytes = escaped(props.text);
  return (
    <>
      {bytes !== null && (
        <Text size="xs" c="dimmed">
          {texts.why.notText}
        </Text>
      )}
      <Box component="pre" className={classes.block} role="region" aria-label={props.what} tabIndex={0}>
        <Shown text={bytes ?? props.text} first={2000} />
      </Box>
    </>
  );
}
