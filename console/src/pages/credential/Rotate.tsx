import { NativeSelect, Text } from '@mantine/core';
import { useState } from 'react';
import { type Credential, refreshApps } from '../../api/apps';
import { answer, api } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { texts } from '../../texts';
import { type Made, madeOf } from './Made';

const words = texts.apps.rotate;

/** For how long the old key may stay good, in seconds; 90 days are the most. */
const OVERLAPS = [0, 3600, 86_400, 604_800, 2_592_000, 7_776_000];

/** Replaces a key by another that carries the same; the old one stays good for a while. */
export function Rotate(props: { of: Credential; onClose: () => void; onMade: (made: Made) => void }) {
  const [overlap, setOverlap] = useState('86400');
  const id = props.of.id ?? '';
  const rotate = async (comment: string) => {
    const made = await answer(
      api.POST('/api/v1/credentials/{id}/rotate', {
        params: { path: { id } },
        body: { overlap_seconds: Number(overlap), comment },
      }),
    );
    props.onMade(madeOf(made));
    await refreshApps();
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.title(id)}
      action={words.action}
      comment="optional"
      onDone={rotate}
    >
      <Text size="sm">{words.explain}</Text>
      <NativeSelect
        label={words.overlap}
        data={OVERLAPS.map((seconds) => ({ value: String(seconds), label: words.lengths(seconds) }))}
        value={overlap}
        onChange={(event) => setOverlap(event.currentTarget.value)}
        data-autofocus
      />
    </Ask>
  );
}
