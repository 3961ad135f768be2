import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { Ask } from '../../parts/Ask';
import { MomentInput } from '../../parts/MomentInput';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { useListChange } from '../lists/changing';
import { type Entry, type ListDocument, withEntry } from '../lists/entries';

const words = texts.lists.list;

/** Changes what an entry is for, and when it ends. */
export function EditEntry(props: { list: ListDocument; entry: Entry; onClose: () => void }) {
  // As it was when the form opened: what others change since then is a conflict, not overwritten.
  const [{ list, entry }] = useState(props);
  const [about, setAbout] = useState(entry.comment ?? '');
  const [expires, setExpires] = useState(entry.expires_at);
  const { change, dialog } = useListChange();
  const save = async (comment: string) => {
    const edited = { ...entry, comment: about.trim() || undefined, expires_at: expires };
    const made = await change(list, {
      of: (now) => ({ entries: withEntry(now.entries, edited) }),
      comment,
    });
    if (made) told(words.edited(entry.text));
  };
  return (
    <>
      <Ask
        opened
        onClose={props.onClose}
        title={words.editTitle(entry.text)}
        action={texts.common.save}
        comment="optional"
        onDone={save}
      >
        <TextInput
          label={words.entryComment}
          maxLength={1000}
          value={about}
          onChange={(event) => setAbout(event.currentTarget.value)}
          data-autofocus
        />
        <MomentInput label={words.entryExpires} value={expires} onChange={setExpires} />
      </Ask>
      {dialog}
    </>
  );
}
