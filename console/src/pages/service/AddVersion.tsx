import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Ask } from '../../parts/Ask';
import { useAddress } from '../../parts/search';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import type { Read } from './data';
import type { Service } from './documents';
import { PlaceFields, placeOf } from './PlaceFields';
import { useSaving } from './useSaving';
import { isName, versionsOf } from './versions';

/** Adds a version as a draft: with the operations of another, or without any. */
export function AddVersion(props: { read: Read<Service>; onClose: () => void }) {
  const { value: service, version: etag } = props.read;
  const words = texts.services.version;
  const form = texts.services.form;
  const newest = versionsOf(service)[0];
  const [, go] = useAddress();
  const { save, asking, questions } = useSaving();
  const [name, setName] = useState('');
  const [from, setFrom] = useState(newest?.[0] ?? '');
  const [place, setPlace] = useState({ ...placeOf(newest?.[1]), path: '' });
  const taken = Object.hasOwn(service.versions, name);
  const add = async (comment: string) => {
    const added = {
      ...(place.path.trim() ? { base_path: place.path.trim() } : {}),
      state: 'draft',
      upstream: place.upstream,
      operations: service.versions[from]?.operations ?? {},
    };
    const { id, tenant } = service;
    const patch = { versions: { [name]: added } };
    const went = await save({ kind: 'service', id, tenant, patch, comment }, etag);
    if (went !== 'made') return;
    told(words.added(name));
    go({ version: name, tab: 'operations', operation: undefined }, true);
  };
  return (
    <>
      <Ask
        opened={!asking}
        title={words.addTitle(service.id)}
        action={words.add}
        comment="optional"
        disabled={!isName(name) || taken || !place.upstream}
        onClose={props.onClose}
        onDone={add}
      >
        <TextInput
          label={words.id}
          required
          data-autofocus
          value={name}
          error={taken ? words.taken : name && !isName(name) ? form.idWrong : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label={words.copy}
          data={[
            { value: '', label: words.copyNothing },
            ...versionsOf(service).map(([value]) => ({ value, label: value })),
          ]}
          value={from}
          allowDeselect={false}
          onChange={(value) => setFrom(value ?? '')}
        />
        <PlaceFields value={place} onChange={setPlace} />
      </Ask>
      {questions}
    </>
  );
}
