import { type ReactNode, useState } from 'react';
import { Failure } from '../../parts/Failure';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { changeAsItIs, useListChange } from '../lists/changing';
import { type Entry, type ListDocument, withEntry, withoutEntry } from '../lists/entries';
import { EditEntry } from './EditEntry';
import { EntryActions } from './EntryActions';

const words = texts.lists.list;

/**
 * Edits and removes entries of a list. What is open stands outside of the table, so that it stays when the
 * row goes. Removing is not asked about, for it can be taken back.
 */
export function useEntryEditing(
  list: ListDocument,
  /** Where the focus goes when a row has gone. */
  onRemoved: () => void,
): { actions: (entry: Entry) => ReactNode; dialogs: ReactNode } {
  const [editing, setEditing] = useState<Entry>();
  const [removing, setRemoving] = useState<Entry>();
  const [error, setError] = useState<unknown>();
  const { change, dialog } = useListChange();
  const id = list.id ?? '';
  const remove = async (entry: Entry) => {
    setRemoving(entry);
    setError(undefined);
    try {
      const made = await change(list, { of: (now) => ({ entries: withoutEntry(now.entries, entry) }) });
      const undo = () =>
        changeAsItIs(id, {
          of: (now) => ({ entries: withEntry(now.entries, entry) }),
          comment: words.undoComment,
        });
      if (made) {
        told(words.removed(entry.text, id), undo);
        onRemoved();
      }
    } catch (thrown) {
      setError(thrown);
    } finally {
      setRemoving(undefined);
    }
  };
  return {
    actions: (entry) => (
      <EntryActions
        entry={entry}
        running={removing?.text === entry.text}
        onEdit={() => setEditing(entry)}
        onRemove={() => remove(entry)}
      />
    ),
    dialogs: (
      <>
        <Failure error={error} />
        {dialog}
        {editing && <EditEntry list={list} entry={editing} onClose={() => setEditing(undefined)} />}
      </>
    ),
  };
}
