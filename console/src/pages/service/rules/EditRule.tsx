import { answer, api } from '../../../api/client';
import { queries } from '../../../api/queries';
import { Editing } from '../../../parts/Editing';
import { bodyOf, patching, type Versioned, versionOf } from '../../../parts/patch';
import { told } from '../../../parts/told';
import { texts } from '../../../texts';
import type { Service } from '../documents';
import { finished, type Policy, refreshRules, ruleQuery } from './policy';
import { RuleFields } from './RuleFields';

/** Changes a rule of a service. */
export function EditRule(props: { service: Service; rule: Policy; onClose: () => void }) {
  const { id, kind } = props.rule;
  const words = texts.rules;
  const base: Versioned<Policy> = {
    value: props.rule,
    version: versionOf(props.rule as { version?: number | null }),
  };
  return (
    <Editing
      title={words.editTitle(id)}
      base={base}
      read={() => queries.fetchQuery({ ...ruleQuery(id), staleTime: 0 })}
      write={async (patch, version, comment) => {
        await answer(
          api.PATCH('/api/v1/policies/{id}', {
            params: { path: { id }, query: { comment: comment || undefined }, header: patching(version) },
            body: bodyOf(patch),
          }),
        );
        told(words.saved(id));
        await refreshRules();
      }}
      finish={finished}
      onClose={props.onClose}
    >
      {(draft, change) => <RuleFields kind={kind} service={props.service} draft={draft} change={change} />}
    </Editing>
  );
}
