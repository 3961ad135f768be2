import { Text } from '@mantine/core';
import type { Schemas } from '../../../api/client';
import { useMay } from '../../../api/me';
import { PageLink } from '../../../parts/links';
import { Time } from '../../../parts/Time';
import { texts } from '../../../texts';
import type { Policy } from './document';

const words = texts.rules;

type Counts = Schemas['ShadowCounts'];

/** How strictly a rule holds and, where it is only tried, what it would have refused. */
export function Mode({ of, counts }: { of: Policy; counts: Counts | undefined }) {
  const mode = of.mode ?? 'enforce';
  return (
    <>
      {words.mode[mode] ?? mode} {of.until && <Time at={of.until} />}
      {counts && <WouldHaveRefused counts={counts} />}
    </>
  );
}

/** What a rule would have refused, and one of these requests. */
export function WouldHaveRefused({ counts }: { counts: Counts }) {
  const sees = useMay()('calls.read');
  const example = counts.codes[0]?.example;
  return (
    <Text size="xs" c="dimmed" component="div">
      {words.wouldHaveRefused(counts)} <Time at={counts.since_ms} />
      {example && sees && (
        <>
          {' · '}
          <PageLink to="/requests/$id" params={{ id: example }} underline="always">
            {words.example}
          </PageLink>
        </>
      )}
    </Text>
  );
}
