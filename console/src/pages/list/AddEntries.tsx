import { Button, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Ask } from '../../parts/Ask';
import { MomentInput } from '../../parts/MomentInput';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { useListChange } from '../lists/changing';
import { EntriesInput } from '../lists/EntriesInput';
import { entryOf, type ListDocument, pasted, stamp, withEntries } from '../lists/entries';

const words = texts.lists.list;

/** The button that adds entries: one, or as many as somebody pastes. */
export function AddEntries({ list }: { list: ListDocument }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
        {words.add}
      </Button>
      {opened && <Form list={list} onClose={close} />}
    </>
  );
}

function Form({ list, onClose }: { list: ListDocument; onClose: () => void }) {
  const [text, setText] = useState('');
  const [about, setAbout] = useState('');
  const [expires, setExpires] = useState<string>();
  const [tried, setTried] = useState(false);
  const { change, dialog } = useListChange();
  const there = useMemo(() => list.entries.map(entryOf), [list.entries]);
  const { entries, bad } = useMemo(
    () => pasted(text, there, { comment: about.trim() || undefined, added_at: stamp(), expires_at: expires }),
    [text, there, about, expires],
  );
  const add = async (comment: string) => {
    const made = await change(list, {
      of: (now) => ({ entries: withEntries(now.entries, entries) }),
      comment,
    });
    if (made) told(words.added(entries.length, list.id ?? ''));
  };
  return (
    <>
      <Ask
        opened
        onClose={onClose}
        title={words.addTitle(list.id ?? '')}
        action={words.addDo}
        comment="optional"
        refuse={() => {
          setTried(true);
          return bad.length > 0 || entries.length === 0;
        }}
        onDone={add}
      >
        <EntriesInput
          required
          value={text}
          onChange={setText}
          count={entries.length}
          bad={tried ? bad : []}
          missing={tried && entries.length === 0}
        />
        <TextInput
          label={texts.lists.entries.comment}
          description={texts.lists.entries.commentHelp}
          maxLength={1000}
          value={about}
          onChange={(event) => setAbout(event.currentTarget.value)}
        />
        <MomentInput label={texts.lists.entries.expires} value={expires} onChange={setExpires} />
      </Ask>
      {dialog}
    </>
  );
}
