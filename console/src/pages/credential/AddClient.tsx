import { NativeSelect, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { environments, refreshApps } from '../../api/apps';
import { answer, api } from '../../api/client';
import { PRODUCTION } from '../../api/gateway';
import { refreshIssuers } from '../../api/issuers';
import { Ask } from '../../parts/Ask';
import { Named } from '../../parts/Named';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { useGrants } from './grants';
import { finished, type KeyDraft, KeyFields } from './KeyFields';
import { newCredentialId } from './newId';

const words = texts.issuers.client;

/** Says which app a client of an issuer is. What is known from where this was opened is not asked. */
export function AddClient(props: { issuer?: string; app?: string; onClose: () => void }) {
  const [issuer, setIssuer] = useState(props.issuer ?? '');
  const [app, setApp] = useState(props.app ?? '');
  const [client, setClient] = useState('');
  const [environment, setEnvironment] = useState(PRODUCTION);
  const [draft, setDraft] = useState<KeyDraft>({});
  const declared = (useQuery(environments).data?.items ?? []).map((one) => one.id ?? '');
  const add = async (comment: string) => {
    const body = { ...finished(draft), id: newCredentialId(), app, environment };
    await answer(
      api.POST('/api/v1/credentials', {
        params: { query: { comment: comment || undefined } },
        body: { ...body, client: { issuer, id: client.trim() } },
      }),
    );
    told(words.done(client.trim(), app));
    await Promise.all([refreshApps(), refreshIssuers()]);
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.title}
      action={words.does}
      comment="optional"
      disabled={!issuer || !app || !client.trim()}
      onDone={add}
    >
      <Text size="sm">{words.explain}</Text>
      {!props.issuer && (
        <Named kind="issuers" label={words.issuer} required value={issuer} onChange={setIssuer} />
      )}
      <TextInput
        label={words.client}
        description={words.clientHelp}
        required
        maxLength={1000}
        value={client}
        onChange={(event) => setClient(event.currentTarget.value)}
        data-autofocus
      />
      {!props.app && <Named kind="apps" label={words.app} required value={app} onChange={setApp} />}
      <NativeSelect
        label={words.environment}
        description={words.environmentHelp}
        data={[...new Set([PRODUCTION, ...declared])]}
        value={environment}
        onChange={(event) => setEnvironment(event.currentTarget.value)}
      />
      <Carries app={app} draft={draft} change={(members) => setDraft({ ...draft, ...members })} />
    </Ask>
  );
}

/** What it carries: known once its app is. */
function Carries(props: { app: string; draft: KeyDraft; change: (members: Partial<KeyDraft>) => void }) {
  if (!props.app) return null;
  return <Granted {...props} />;
}

function Granted(props: { app: string; draft: KeyDraft; change: (members: Partial<KeyDraft>) => void }) {
  const grants = useGrants(props.app);
  return <KeyFields draft={props.draft} change={props.change} grants={grants} />;
}
