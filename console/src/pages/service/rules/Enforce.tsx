import { Text } from '@mantine/core';
import { answer, api, type Schemas } from '../../../api/client';
import { Ask } from '../../../parts/Ask';
import { bodyOf, patching, versionOf } from '../../../parts/patch';
import { told } from '../../../parts/told';
import { texts } from '../../../texts';
import type { Policy } from './document';
import { WouldHaveRefused } from './Mode';
import { refreshRules } from './policy';

const words = texts.rules;

/** Has a rule that was tried refuse from now on. */
export function Enforce(props: {
  rule: Policy;
  counts: Schemas['ShadowCounts'] | undefined;
  onClose: () => void;
}) {
  const { id } = props.rule;
  const version = versionOf(props.rule as { version?: number | null });
  const enforce = async (comment: string) => {
    await answer(
      api.PATCH('/api/v1/policies/{id}', {
        params: { path: { id }, query: { comment: comment || undefined }, header: patching(version) },
        body: bodyOf({ mode: null, until: null }),
      }),
    );
    told(words.saved(id));
    await refreshRules();
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.enforceTitle(id)}
      action={words.enforce}
      comment="optional"
      onDone={enforce}
    >
      <Text size="sm">{words.enforceDetail}</Text>
      {props.counts ? (
        <WouldHaveRefused counts={props.counts} />
      ) : (
        <Text size="sm">{words.enforceUnknown}</Text>
      )}
    </Ask>
  );
}
