import { Box, Text } from '@mantine/core';
import { Problem } from '../../api/problem';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';

/** Lines that are shown before the one that is meant. */
const BEFORE = 2;

/** Where a document is wrong: its lines around the place that the API named, with that place marked. */
export function MistakePlace(props: { error: unknown; text: string }) {
  if (!(props.error instanceof Problem)) return null;
  const named = /line (\d+), column (\d+)/.exec(props.error.document.detail);
  if (!named) return null;
  const [line, column] = [Number(named[1]), Number(named[2])];
  const lines = props.text.split('\n');
  const from = Math.max(0, line - 1 - BEFORE);
  const shown = lines.slice(from, line).map((text, at) => `${String(from + at + 1).padStart(5)}  ${text}`);
  if (shown.length === 0) return null;
  const words = texts.services.import.at(line, column);
  return (
    <Box component="section" aria-label={words}>
      <Text size="sm">{words}:</Text>
      <Box component="pre" m={0} style={{ overflowX: 'auto' }} tabIndex={0}>
        <Shown text={`${shown.join('\n')}\n${' '.repeat(6 + Math.min(column, 200))}^`} first={2000} />
      </Box>
    </Box>
  );
}
