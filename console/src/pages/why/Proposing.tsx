import { Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { answer, api, type Schemas } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { Said } from '../../parts/Said';
import { texts } from '../../texts';

const words = texts.why;

/** The changes of a fix, where it is nothing but changes of documents: what a change request can have. */
export function changesOf(fix: Schemas['Fix']): Schemas['FixChange'][] | undefined {
  const changes = fix.steps.flatMap((step) => ('change' in step ? [step.change] : []));
  return changes.length === fix.steps.length ? changes : undefined;
}

/** Proposes a fix that somebody else has to approve, and goes to its change request. */
export function Proposing(props: {
  fix: Schemas['Fix'] | undefined;
  /** The service's tenant, where it is decided. */
  tenant: string | undefined;
  onClose: () => void;
}) {
  const { fix, tenant } = props;
  const navigate = useNavigate();
  const propose = async (comment: string) => {
    if (!fix) return;
    const body = { comment, tenant, changes: changesOf(fix) };
    const { id } = await answer(api.POST('/api/v1/change-requests', { body }));
    await navigate({ to: '/change-requests/$id', params: { id } });
  };
  return (
    <Ask
      opened={fix !== undefined}
      onClose={props.onClose}
      title={words.proposing}
      action={words.propose}
      comment="required"
      onDone={propose}
    >
      {fix && (
        <Text fw={600}>
          <Said text={fix.sentence} />
        </Text>
      )}
      <Text size="sm">{words.proposingHelp}</Text>
    </Ask>
  );
}
