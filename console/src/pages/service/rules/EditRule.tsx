import { answer, api } from '../../../api/client';
import { queries } from '../../../api/queries';
import { Editing } from '../../../parts/Editing';
import { bodyOf, patching, type Versioned, versionOf } from '../../../parts/patch';
import { told } from '../../../parts/told';
import { texts } from '../../../texts';
import type { Service } from '../documents';
import { type Draft, finished, type Policy } from './document';
import { refreshRules, ruleQuery } from './policy';
import { RuleFields } from './RuleFields';
import { proposeRule, relaxes, useRelaxing } from './relax';
import { useFaults } from './useFaults';

/** Changes a rule of a service; to take it out of force is proposed, where it takes somebody else. */
export function EditRule(props: {
  service: Service;
  rule: Policy;
  onClose: () => void;
  onProposed: (id: string) => void;
}) {
  const { id, kind } = props.rule;
  const words = texts.rules;
  const { faults, refuse } = useFaults(kind);
  const { tenant } = props.service;
  const relaxing = useRelaxing(tenant);
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
        const mode = 'mode' in patch ? (patch.mode as Draft['mode'] | null) : props.rule.mode;
        if (relaxing === 'propose' && relaxes(props.rule, { mode: mode ?? undefined })) {
          const why = comment || words.relaxed(id);
          props.onProposed(await proposeRule(props.rule, tenant, why, patch));
          return;
        }
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
      refuse={refuse}
      size="xl"
      onClose={props.onClose}
    >
      {(draft, change) => (
        <RuleFields
          kind={kind}
          service={props.service}
          draft={draft}
          faults={faults(draft)}
          relaxing={relaxes(props.rule, undefined) ? relaxing : 'may'}
          change={change}
        />
      )}
    </Editing>
  );
}
