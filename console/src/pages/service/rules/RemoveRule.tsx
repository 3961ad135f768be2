import { Text } from '@mantine/core';
import { answer, api } from '../../../api/client';
import { Ask } from '../../../parts/Ask';
import { versionOf } from '../../../parts/patch';
import { told } from '../../../parts/told';
import { texts } from '../../../texts';
import type { Service } from '../documents';
import type { Policy } from './document';
import { refreshRules } from './policy';
import { proposeRule, relaxes, useRelaxing } from './relax';

const words = texts.rules;

/** Removes a rule of a service, which can be taken back; or proposes it, where that takes somebody else. */
export function RemoveRule(props: {
  service: Service;
  rule: Policy;
  onClose: () => void;
  onProposed: (id: string) => void;
}) {
  const { tenant } = props.service;
  const { version: _, ...body } = props.rule as Policy & { version?: number | null };
  const relaxing = useRelaxing(tenant);
  const proposes = relaxing === 'propose' && relaxes(props.rule, undefined);
  const remove = async (comment: string) => {
    if (proposes) {
      props.onProposed(await proposeRule(props.rule, tenant, comment));
      return;
    }
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
      action={proposes ? words.propose : words.remove}
      danger
      comment={proposes ? 'required' : 'optional'}
      onDone={remove}
    >
      <Text size="sm">{proposes ? words.proposeRemove : words.removeDetail}</Text>
    </Ask>
  );
}
