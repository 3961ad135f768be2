import { Text } from '@mantine/core';
import { answer, api } from '../../../api/client';
import { Ask } from '../../../parts/Ask';
import { versionOf } from '../../../parts/patch';
import { told } from '../../../parts/told';
import { texts } from '../../../texts';
import { type Policy, refreshRules } from './policy';

const words = texts.rules;

/** Removes a rule of a service; it can be taken back. */
export function RemoveRule(props: { rule: Policy; onClose: () => void }) {
  const { version: _, ...body } = props.rule as Policy & { version?: number | null };
  const remove = async (comment: string) => {
    await answer(
      api.DELETE('/api/v1/policies/{id}', {
        params: {
          path: { id: body.id },
          query: { comment: comment || undefined },
          header: { 'If-Match': versionOf(props.rule as { version?: number | null }) },
        },
      }),
    );
    const undo = async () => {
      const query = { comment: words.undoRemove };
      await answer(api.POST('/api/v1/policies', { params: { query }, body: body as never }));
      await refreshRules();
    };
    told(words.removed(body.id), undo);
    await refreshRules();
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.removeTitle(body.id)}
      action={words.remove}
      danger
      comment="optional"
      onDone={remove}
    >
      <Text size="sm">{words.removeDetail}</Text>
    </Ask>
  );
}
