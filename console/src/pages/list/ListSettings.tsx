import { Button, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { Ask } from '../../parts/Ask';
import { MomentInput } from '../../parts/MomentInput';
import { patchOf } from '../../parts/patch';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { useListChange } from '../lists/changing';
import type { ListDocument } from '../lists/entries';
import { SourceFields } from '../lists/SourceFields';
import { finishedSource, type Source, saysWhere } from '../lists/source';

const words = texts.lists.list;

/** The button that changes who looks after a list, what it is for, and when all of it ends. */
export function ListSettings({ list }: { list: ListDocument }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={open}>
        {words.settings}
      </Button>
      {opened && <Form list={list} onClose={close} />}
    </>
  );
}

function Form(props: { list: ListDocument; onClose: () => void }) {
  // As it was when the form opened: what others change since then is a conflict, not overwritten.
  const [list] = useState(props.list);
  const id = list.id ?? '';
  const [owner, setOwner] = useState(list.owner ?? '');
  const [about, setAbout] = useState(list.comment ?? '');
  const [expires, setExpires] = useState(list.expires_at);
  const [source, setSource] = useState<Source | undefined>(list.source);
  const { change, dialog } = useListChange();
  const save = async (comment: string) => {
    const said = {
      owner: owner.trim() || null,
      comment: about.trim() || null,
      expires_at: expires ?? null,
      ...(source && list.source ? { source: patchOf(list.source, finishedSource(source)) as never } : {}),
    };
    const made = await change(list, { of: () => said, comment });
    if (made) told(words.settingsDone(id));
  };
  return (
    <>
      <Ask
        opened
        onClose={props.onClose}
        title={words.settingsTitle(id)}
        action={texts.common.save}
        comment="optional"
        disabled={source !== undefined && !saysWhere(source)}
        onDone={save}
      >
        <TextInput
          label={texts.lists.make.owner}
          description={texts.lists.make.ownerHelp}
          maxLength={1000}
          value={owner}
          onChange={(event) => setOwner(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label={texts.lists.make.comment}
          maxLength={1000}
          value={about}
          onChange={(event) => setAbout(event.currentTarget.value)}
        />
        <MomentInput
          label={words.expires}
          description={words.expiresHelp}
          value={expires}
          onChange={setExpires}
        />
        {source && <SourceFields source={source} tried change={setSource} />}
      </Ask>
      {dialog}
    </>
  );
}
