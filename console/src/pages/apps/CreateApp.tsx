import { TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { refreshApps } from '../../api/apps';
import { answer, api } from '../../api/client';
import { useWhere } from '../../api/rights';
import { Ask } from '../../parts/Ask';
import { TenantSelect } from '../../parts/TenantSelect';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { type AppDraft, AppFields, finished } from '../app/AppFields';

const words = texts.apps.createApp;

/** Registers an app, and goes to its page. */
export function CreateApp(props: { onClose: () => void }) {
  const { only } = useWhere('apps.write');
  const [id, setId] = useState('');
  const [tenant, setTenant] = useState(only);
  const [draft, setDraft] = useState<AppDraft>({});
  const navigate = useNavigate();
  const create = async (comment: string) => {
    if (!tenant) return;
    const app = await answer(
      api.POST('/api/v1/apps', {
        params: { query: { comment: comment || undefined } },
        body: { ...finished(draft), id: id.trim(), tenant } as never,
      }),
    );
    told(words.done(app.id ?? id));
    await refreshApps();
    await navigate({ to: '/apps/$id', params: { id: app.id ?? id } });
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.title}
      action={words.action}
      comment="optional"
      disabled={!id.trim() || !tenant}
      onDone={create}
    >
      <TextInput
        label={words.id}
        description={words.idHelp}
        required
        value={id}
        onChange={(event) => setId(event.currentTarget.value)}
        data-autofocus
      />
      <TenantSelect
        label={words.tenant}
        description={words.tenantHelp}
        required
        permission="apps.write"
        value={tenant}
        onChange={setTenant}
      />
      <AppFields draft={draft} change={(members) => setDraft({ ...draft, ...members })} />
    </Ask>
  );
}
