import { Alert, Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { answer, api } from '../../api/client';
import { useMe } from '../../api/me';
import { codeOf } from '../../api/problem';
import { queries } from '../../api/queries';
import { Ask } from '../../parts/Ask';
import { Loaded } from '../../parts/Loaded';
import { PlanChanges } from '../../parts/PlanChanges';
import { Shown } from '../../parts/Shown';
import { told } from '../../parts/told';
import { texts } from '../../texts';

const words = texts.audit.revision;

const ask = (number: number, body: Record<string, unknown>) =>
  answer(api.POST('/api/v1/revisions/{number}/rollback', { params: { path: { number } }, body }));

/** The number of a revision that is told by its name. */
function numberOf(name: string): string {
  return name.split(' ')[0] ?? name;
}

/** The button that brings the rules of a revision back, for whoever may. */
export function Rollback({ number }: { number: number }) {
  const [opened, { open, close }] = useDisclosure(false);
  const may = useMe()?.platform.includes('revisions.roll_back') ?? false;
  if (!may) return null;
  return (
    <>
      <Button onClick={open}>{words.back_to}</Button>
      {opened && <Dialog number={number} onClose={close} />}
    </>
  );
}

/** Shows what it would change before it is done; what is then done is what was shown, or nothing. */
function Dialog({ number, onClose }: { number: number; onClose: () => void }) {
  const navigate = useNavigate();
  const preview = useQuery({
    queryKey: ['revisions', 'rollback', number],
    queryFn: () => ask(number, { preview: true }),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const { data } = preview;
  const idle = !data || data.plan.changes.length === 0 || data.refused != null;
  const rollBack = async (comment: string) => {
    const seen = data?.plan.changes.map(({ kind, id, version }) => ({ kind, id, version }));
    try {
      const made = await ask(number, { comment, seen });
      // Rules, lists and all that is made of them say something else now.
      void queries.invalidateQueries();
      if (made.revision == null) return;
      told(words.rolledBack(number, made.revision));
      await navigate({ to: '/revisions/$number', params: { number: numberOf(made.revision) } });
    } catch (error) {
      // Somebody was faster: what it would change now is another thing.
      if (codeOf(error) === 'resource.conflict') void preview.refetch();
      throw error;
    }
  };
  return (
    <Ask
      opened
      onClose={onClose}
      title={words.rollbackTitle(number)}
      action={words.rollbackDo}
      comment="required"
      disabled={idle}
      size="xl"
      onDone={rollBack}
    >
      <Text size="sm">{words.rollbackDetail}</Text>
      <Loaded query={preview}>
        {({ plan, refused }) => (
          <>
            {refused && (
              <Alert color="red" variant="outline" title={words.rollbackRefused}>
                <Shown text={refused.message} first={2000} />
                {refused.help && (
                  <div>
                    <b>{texts.common.whatToDo}:</b> <Shown text={refused.help} />
                  </div>
                )}
              </Alert>
            )}
            {plan.changes.length === 0 ? (
              <Text size="sm">{words.rollbackNothing}</Text>
            ) : (
              <section aria-label={words.rollbackChanges}>
                <Text size="sm" fw={600}>
                  {words.rollbackChanges}
                </Text>
                <PlanChanges plan={plan} ahead />
              </section>
            )}
          </>
        )}
      </Loaded>
    </Ask>
  );
}
