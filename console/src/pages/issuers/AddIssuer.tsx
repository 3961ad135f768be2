import { TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api } from '../../api/client';
import { refreshIssuers } from '../../api/issuers';
import { useWhere } from '../../api/rights';
import { Ask } from '../../parts/Ask';
import { TenantSelect } from '../../parts/TenantSelect';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { finished, type IssuerDraft, isWhole } from './draft';
import { IssuerFields } from './IssuerFields';

const words = texts.issuers.form;

/** Adds an issuer, and goes to its page. */
export function AddIssuer(props: { onClose: () => void }) {
  const { onPlatform, only } = useWhere('issuers.write');
  const [id, setId] = useState('');
  const [tenant, setTenant] = useState(onPlatform ? '' : only);
  const [draft, setDraft] = useState<IssuerDraft>({});
  const navigate = useNavigate();
  const add = async (comment: string) => {
    const name = id.trim();
    await answer(
      api.POST('/api/v1/issuers', {
        params: { query: { comment: comment || undefined } },
        body: { ...finished(draft), id: name, ...(tenant ? { tenant } : {}) } as never,
      }),
    );
    told(words.added(name));
    await refreshIssuers();
    await navigate({ to: '/issuers/$id', params: { id: name } });
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.addTitle}
      action={words.does}
      comment="optional"
      disabled={!id.trim() || tenant === undefined || !isWhole(draft)}
      onDone={add}
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
        permission="issuers.write"
        platform={onPlatform ? texts.issuers.platform : undefined}
        value={tenant}
        onChange={setTenant}
      />
      <IssuerFields name={id} draft={draft} change={(members) => setDraft({ ...draft, ...members })} />
    </Ask>
  );
}
