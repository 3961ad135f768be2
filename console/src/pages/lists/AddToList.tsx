import { Alert, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { queries } from '../../api/queries';
import { Ask } from '../../parts/Ask';
import { type Range, written } from '../../parts/addresses';
import { MomentInput } from '../../parts/MomentInput';
import { texts } from '../../texts';
import { one, useListChange } from './changing';
import { stamp, withEntry } from './entries';
import type { ListRow } from './rows';
import { named } from './UsedBy';
import { type Usage, useUsage } from './usage';

const words = texts.lists.address;

/** Puts one address on a list; says first what that does to whoever sends from it. */
export function AddToList(props: {
  list: ListRow;
  address: Range;
  request: string | undefined;
  onClose: () => void;
  onDone: () => void;
}) {
  const { list, address, request } = props;
  const [comment, setComment] = useState(request ? words.prefilled(request) : '');
  const [expires, setExpires] = useState<string>();
  const { change, dialog } = useListChange();
  const id = list.id ?? '';
  const usage = useUsage(id);
  const text = written(address);
  const add = async () => {
    const entry = {
      text,
      range: address,
      comment: comment.trim() || undefined,
      added_at: stamp(),
      expires_at: expires,
    };
    const whole = await queries.fetchQuery({ ...one(id), staleTime: 0 });
    const made = await change(whole, {
      of: (now) => ({ entries: withEntry(now.entries, entry) }),
      comment: comment.trim(),
    });
    if (made) props.onDone();
  };
  return (
    <>
      <Ask opened onClose={props.onClose} title={words.addTitle(text, id)} action={words.do} onDone={add}>
        {usage && <Effect usage={usage} />}
        <TextInput
          label={texts.common.comment}
          description={texts.common.commentHelp}
          maxLength={1000}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
          data-autofocus
        />
        <MomentInput label={texts.lists.list.entryExpires} value={expires} onChange={setExpires} />
      </Ask>
      {dialog}
    </>
  );
}

function Effect({ usage }: { usage: Usage }) {
  const { uses, all } = usage;
  const [allow, deny] = [
    uses.filter(({ does }) => does === 'allow'),
    uses.filter(({ does }) => does === 'deny'),
  ];
  if (uses.length === 0) return <Text size="sm">{all ? words.unused : words.unusedSeen}</Text>;
  return (
    <>
      {deny.length > 0 && (
        <Alert color="orange" variant="outline">
          {words.keepsOut(named(deny))}
        </Alert>
      )}
      {allow.length > 0 && <Text size="sm">{words.letsIn(named(allow))}</Text>}
    </>
  );
}
