import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { answer, api } from '../../../api/client';
import { Ask } from '../../../parts/Ask';
import { told } from '../../../parts/told';
import { texts } from '../../../texts';
import type { Service } from '../documents';
import { BEGINNINGS, type Draft, finished } from './document';
import type { Kind } from './kinds';
import { nameFor, refreshRules } from './policy';
import { RuleFields } from './RuleFields';
import { useFaults } from './useFaults';

/** Adds a rule to a service. */
export function AddRule(props: { service: Service; kind: Kind; taken: string[]; onClose: () => void }) {
  const { service, kind } = props;
  const words = texts.rules;
  const [id, setId] = useState(() => nameFor(service.id, kind, props.taken));
  const [draft, setDraft] = useState<Draft>({ ...BEGINNINGS[kind], on: { service: service.id } });
  const { faults, refuse } = useFaults(kind);
  const add = async (comment: string) => {
    const name = id.trim();
    await answer(
      api.POST('/api/v1/policies', {
        params: { query: { comment: comment || undefined } },
        body: { ...finished(draft), id: name, kind } as never,
      }),
    );
    told(words.saved(name));
    await refreshRules();
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.addTitle(words.kinds[kind] ?? kind)}
      action={words.add}
      comment="optional"
      disabled={!id.trim()}
      refuse={() => refuse(draft)}
      size="xl"
      onDone={add}
    >
      <TextInput
        label={words.form.id}
        description={words.form.idHelp}
        required
        maxLength={64}
        value={id}
        onChange={(event) => setId(event.currentTarget.value)}
      />
      <RuleFields
        kind={kind}
        service={service}
        draft={draft}
        faults={faults(draft)}
        relaxing="may"
        change={(members) => setDraft((old) => ({ ...old, ...members }))}
      />
    </Ask>
  );
}
