import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { environments, refreshApps } from '../../api/apps';
import { answer, api } from '../../api/client';
import { PRODUCTION } from '../../api/gateway';
import { Ask } from '../../parts/Ask';
import { texts } from '../../texts';
import { useGrants } from '../credential/grants';
import { finished, type KeyDraft, KeyFields } from '../credential/KeyFields';
import { type NewKey, newKeyOf } from '../credential/NewSecret';

const words = texts.apps.createKey;

/** Makes a key of an app; its secret is shown by whoever opened this. */
export function CreateKey(props: { app: string; onClose: () => void; onMade: (made: NewKey) => void }) {
  const [draft, setDraft] = useState<KeyDraft>({});
  const [environment, setEnvironment] = useState(PRODUCTION);
  const [user, setUser] = useState('');
  const grants = useGrants(props.app);
  const declared = (useQuery(environments).data?.items ?? []).map((one) => one.id ?? '');
  const create = async (comment: string) => {
    const { title, scopes, access_roles, expires_at, restricted_to } = finished(draft);
    const answered = await answer(
      api.POST('/api/v1/apps/{id}/keys', {
        params: { path: { id: props.app }, query: { comment: comment || undefined } },
        body: {
          user: user || undefined,
          environment,
          title,
          scopes,
          access_roles,
          expires_at,
          restricted_to,
        },
      }),
    );
    props.onMade(newKeyOf(answered));
    await refreshApps();
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.title(props.app)}
      action={words.action}
      comment="optional"
      onDone={create}
    >
      <NativeSelect
        label={words.environment}
        description={words.environmentHelp}
        data={[...new Set([PRODUCTION, ...declared])]}
        value={environment}
        onChange={(event) => setEnvironment(event.currentTarget.value)}
      />
      <TextInput
        label={words.user}
        description={words.userHelp}
        maxLength={255}
        autoComplete="off"
        value={user}
        onChange={(event) => setUser(event.currentTarget.value)}
      />
      <KeyFields draft={draft} change={(members) => setDraft({ ...draft, ...members })} grants={grants} />
    </Ask>
  );
}
