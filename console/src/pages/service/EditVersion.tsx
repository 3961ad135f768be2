import { Alert, MultiSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { environments as environmentsQuery } from '../../api/apps';
import { Ask } from '../../parts/Ask';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { PlaceFields, placeOf } from './PlaceFields';
import type { OfVersion } from './types';
import { useSaving } from './useSaving';
import { isServed } from './versions';

/** The environments that are declared, and the one that always is. */
export function useEnvironments(): string[] {
  const { data } = useQuery(environmentsQuery);
  const declared = (data?.items ?? []).flatMap((one) => (one.id ? [one.id] : []));
  return [...new Set(['production', ...declared])];
}

/** Changes what a version says of itself, and where it goes. */
export function EditVersion(props: { of: OfVersion; onClose: () => void }) {
  // As it was when the form opened: what others change since then is a conflict, not overwritten.
  const [{ service, name, version, read }] = useState(props.of);
  const words = texts.services.version;
  const form = texts.services.form;
  const { save, asking, questions } = useSaving();
  const all = useEnvironments();
  const [title, setTitle] = useState(version.title ?? '');
  const [place, setPlace] = useState(() => placeOf(version));
  const [environments, setEnvironments] = useState(version.environments ?? []);
  const change = async (comment: string) => {
    const patch = {
      title: title.trim() || null,
      base_path: place.path.trim() || null,
      upstream: place.upstream,
      environments: environments.length > 0 ? environments : null,
    };
    const { id, tenant } = service;
    const whole = { versions: { [name]: patch } };
    const went = await save({ kind: 'service', id, tenant, patch: whole, comment }, read.version);
    if (went === 'made') told(texts.services.page.saved(`${id}/${name}`));
  };
  return (
    <>
      <Ask
        opened={!asking}
        title={words.editTitle(name)}
        action={texts.common.save}
        comment="optional"
        disabled={!place.upstream}
        onClose={props.onClose}
        onDone={change}
      >
        {isServed(version) && <LiveNote />}
        <TextInput
          label={form.title}
          maxLength={1000}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <PlaceFields value={place} onChange={setPlace} />
        <MultiSelect
          label={words.environments}
          description={words.environmentsHelp}
          data={all}
          value={environments}
          onChange={setEnvironments}
        />
      </Ask>
      {questions}
    </>
  );
}

/** Says that callers get what is changed here at once. */
export function LiveNote() {
  return (
    <Alert color="orange" variant="outline" p="xs">
      {texts.services.version.live}
    </Alert>
  );
}
