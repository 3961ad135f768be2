import { Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useRef, useState } from 'react';
import { codeOf, mayBeStale } from '../../api/problem';
import { queries } from '../../api/queries';
import { Ask } from '../../parts/Ask';
import { Dialog } from '../../parts/Dialog';
import { ButtonLink } from '../../parts/links';
import { texts } from '../../texts';
import { make, propose, sides, type Wanted } from './change';
import { refresh, serviceQuery, upstreamQuery } from './data';
import { useConflict } from './useConflict';

/** How a change went: made, or something else stays (theirs, or what a change request will make). */
export type Went = 'made' | 'theirs' | 'proposed';

/** A question that stands between a change and its end. */
type Question =
  | { about: 'approval'; wanted: Wanted; proposed: (id: string) => void; up: () => void }
  | { about: 'proposed'; id: string; up: () => void };

/**
 * Makes changes of services and upstreams as they were read. Where somebody else was faster, both are shown;
 * where it takes a second person, a change request is offered. `save` ends when that is settled; what it
 * asks stands in `questions`.
 */
export function useSaving(): {
  save: (wanted: Wanted, version: string) => Promise<Went>;
  /** A question stands: the form it came from makes room, and keeps what was typed. */
  asking: boolean;
  questions: ReactNode;
} {
  const conflict = useConflict();
  const [question, setQuestion] = useState<Question>();
  // A dialog that has done its work closes itself; by then another question may stand.
  const latest = useRef<Question>(undefined);
  const ask = (next: Question | undefined) => {
    latest.current = next;
    setQuestion(next);
  };

  const save = async (wanted: Wanted, version: string): Promise<Went> => {
    try {
      await make(wanted, version);
      return 'made';
    } catch (error) {
      if (codeOf(error) === 'approval.needed') {
        return new Promise((resolve, reject) =>
          ask({
            about: 'approval',
            wanted,
            proposed: (id) => ask({ about: 'proposed', id, up: () => resolve('proposed') }),
            up: () => reject(error),
          }),
        );
      }
      if (!mayBeStale(error)) throw error;
      const query = wanted.kind === 'service' ? serviceQuery : upstreamQuery;
      const now = await queries.fetchQuery<{ value: object; version: string }>({
        ...(query(wanted.id) as ReturnType<typeof serviceQuery>),
        staleTime: 0,
      });
      if (now.version === version) throw error;
      const [mine, theirs] = sides(wanted.patch, now.value);
      const decided = await conflict.ask({ mine, theirs });
      if (decided === 'mine') return save(wanted, now.version);
      if (decided === 'nothing') throw error;
      await refresh();
      return 'theirs';
    }
  };

  const settled = (then: () => void) => () => {
    if (latest.current !== question) return;
    ask(undefined);
    then();
  };
  const words = texts.services.proposed;
  const questions = (
    <>
      {conflict.dialog}
      {question?.about === 'approval' && (
        <Ask
          opened
          title={words.title}
          action={words.does}
          comment={question.wanted.comment ? undefined : 'required'}
          onClose={settled(question.up)}
          onDone={async (comment) => {
            const { wanted, proposed } = question;
            proposed(await propose({ ...wanted, comment: wanted.comment || comment }));
          }}
        >
          <Text size="sm">{words.offer}</Text>
        </Ask>
      )}
      {question?.about === 'proposed' && <Proposed id={question.id} onClose={settled(question.up)} />}
    </>
  );
  return { save, asking: conflict.asking || question !== undefined, questions };
}

/** Tells that a change request was made, and leads to it. */
export function Proposed(props: { id: string | undefined; onClose: () => void }) {
  const words = texts.services.proposed;
  return (
    <Dialog opened={props.id !== undefined} onClose={props.onClose} title={words.title}>
      <Stack>
        <Text size="sm">{words.detail}</Text>
        <Group justify="flex-end">
          <ButtonLink to="/change-requests/$id" params={{ id: props.id ?? '' }} data-autofocus>
            {words.open}
          </ButtonLink>
        </Group>
      </Stack>
    </Dialog>
  );
}
