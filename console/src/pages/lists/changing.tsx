import { type ReactNode, useState } from 'react';
import { answer, api } from '../../api/client';
import { codeOf } from '../../api/problem';
import { queries } from '../../api/queries';
import { Conflict } from '../../parts/Conflict';
import { texts } from '../../texts';
import { type ListDocument, listOf } from './entries';

/** What of a list becomes what; members that are null go. */
export type ListPatch = { [Member in keyof ListDocument]?: ListDocument[Member] | null };

/** A change of a list, made of whatever the list says when it is made. */
export interface ListChange {
  of: (list: ListDocument) => ListPatch;
  comment?: string | undefined;
}

/** How often an undo is tried again where others change the same list. */
const TRIES = 3;

/** One list. */
export const one = (id: string) => ({
  queryKey: ['lists', 'one', id],
  queryFn: () => read(id),
});

async function read(id: string): Promise<ListDocument> {
  return listOf(await answer(api.GET('/api/v1/lists/{id}', { params: { path: { id } } })));
}

async function patch(list: ListDocument, change: ListChange): Promise<ListDocument> {
  const { comment } = change;
  const patched = await answer(
    api.PATCH('/api/v1/lists/{id}', {
      params: {
        path: { id: list.id ?? '' },
        query: comment ? { comment } : {},
        header: { 'If-Match': `"${list.version}"` },
      },
      body: change.of(list) as Record<string, never>,
    }),
  );
  const made = listOf(patched);
  queries.setQueryData(one(list.id ?? '').queryKey, made);
  void queries.invalidateQueries({ queryKey: ['lists'] });
  return made;
}

/** Makes a change of a list as it is now, whoever changed it meanwhile: for taking something back. */
export async function changeAsItIs(id: string, change: ListChange): Promise<void> {
  for (let left = TRIES; ; left--) {
    const list = await read(id);
    try {
      await patch(list, change);
      return;
    } catch (error) {
      if (left <= 1 || codeOf(error) !== 'resource.version_mismatch') throw error;
    }
  }
}

/** A change that met another one. */
interface Met {
  mine: ListDocument;
  theirs: ListDocument;
  change: ListChange;
  done: (made: ListDocument | undefined) => void;
  failed: (error: unknown) => void;
  error: unknown;
}

/**
 * Changes lists as they were read. Where somebody else was faster, both versions are shown; the change can be
 * made to the list as it is now, so that nobody's entries get lost. Answers with what was made; with nothing
 * if theirs was taken.
 */
export function useListChange(): {
  change: (list: ListDocument, change: ListChange) => Promise<ListDocument | undefined>;
  dialog: ReactNode;
} {
  const [met, setMet] = useState<Met>();
  const change = async (list: ListDocument, wanted: ListChange): Promise<ListDocument | undefined> => {
    try {
      return await patch(list, wanted);
    } catch (error) {
      if (codeOf(error) !== 'resource.version_mismatch') throw error;
      const theirs = await read(list.id ?? '');
      return new Promise((done, failed) => {
        const mine = { ...list, ...wanted.of(list) } as ListDocument;
        setMet({ mine, theirs, change: wanted, done, failed, error });
      });
    }
  };
  const end = (settled: (met: Met) => void) => {
    setMet(undefined);
    if (met) settled(met);
  };
  const dialog = met && (
    <Conflict
      opened
      mine={flat(met.mine)}
      theirs={flat(met.theirs)}
      explain={texts.lists.list.conflict}
      keep={texts.lists.list.conflictKeep}
      onMine={() =>
        end(({ theirs, change: again, done, failed }) => change(theirs, again).then(done, failed))
      }
      onTheirs={() =>
        end(({ theirs, done }) => {
          queries.setQueryData(one(theirs.id ?? '').queryKey, theirs);
          done(undefined);
        })
      }
      onClose={() => end(({ failed, error }) => failed(error))}
    />
  );
  return { change, dialog };
}

/** A list with a member for each entry, so that only those that differ are compared. */
function flat(list: ListDocument): object {
  const { entries, version, ...rest } = list;
  const members = Object.entries(rest).filter(([, value]) => value !== null);
  const all = entries.map((entry) => (typeof entry === 'string' ? { range: entry } : entry));
  const named = all.map(({ range, ...about }) => [range, about]);
  return Object.fromEntries([...members, ...named]);
}
