import { Stack, Text } from '@mantine/core';
import type { Schemas } from '../../api/client';
import { Changes } from '../../parts/Changes';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';

const words = texts.audit;

/** What a line changed, and where it stands in the chain. */
export function AuditDetail({ line }: { line: Schemas['AuditLine'] }) {
  const document = line.before != null || line.after != null;
  const nothing = line.did === 'forgotten' ? words.forgotten : words.nothingInside;
  return (
    <Stack gap="xs">
      {document ? <Changes before={line.before} after={line.after} /> : <Text size="sm">{nothing}</Text>}
      <Text size="xs" c="dimmed">
        {words.set(line.sequence)} · {words.source} <Shown text={line.source.replaceAll('_', ' ')} /> ·{' '}
        {words.hash} <code>{line.hash}</code>
      </Text>
    </Stack>
  );
}
