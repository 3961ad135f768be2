import { Checkbox, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api } from '../../api/client';
import { useWhere } from '../../api/rights';
import { Ask } from '../../parts/Ask';
import { TenantSelect } from '../../parts/TenantSelect';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { changeTogether, refresh } from '../service/data';
import { isName } from '../service/versions';
import { isChosen, NO_UPSTREAM, UpstreamChoice } from './UpstreamChoice';

/** Makes a service with a first version, a draft, and goes to it. */
export function CreateService(props: { onClose: () => void }) {
  const words = texts.services;
  const navigate = useNavigate();
  const { onPlatform, only } = useWhere('services.write');
  const [id, setId] = useState('');
  const [title, setTitle] = useState('');
  const [tenant, setTenant] = useState(onPlatform ? '' : only);
  const [basePath, setBasePath] = useState('');
  const [version, setVersion] = useState('v1');
  const [upstream, setUpstream] = useState(NO_UPSTREAM);
  const [keys, setKeys] = useState(true);
  const complete = isName(id) && isName(version) && isChosen(upstream) && tenant !== undefined;

  const create = async (comment: string) => {
    const made = upstream.how === 'made';
    const goesTo = made ? `${id}-${version}`.slice(0, 64) : upstream.id;
    const service = {
      ...(title.trim() ? { title: title.trim() } : {}),
      ...(tenant ? { tenant } : {}),
      ...(basePath.trim() ? { base_path: basePath.trim() } : {}),
      ...(keys ? { authentication: { api_key: { header: 'X-API-Key' } } } : {}),
      versions: { [version]: { state: 'draft' as const, upstream: goesTo, operations: {} } },
    };
    if (made) {
      const target = { ...(tenant ? { tenant } : {}), targets: [upstream.address.trim()] };
      await changeTogether(
        [
          { kind: 'upstream', id: goesTo, put: target, expect: 'absent' },
          { kind: 'service', id, put: service, expect: 'absent' },
        ],
        comment,
      );
    } else {
      const params = { query: { comment: comment || undefined } };
      // Members that are left out have their defaults, which the generated type does not know.
      const body = { id, ...service } as never;
      await answer(api.POST('/api/v1/services', { params, body }));
    }
    await refresh();
    told(words.create.done(id));
    await navigate({ to: '/services/$id', params: { id }, search: { version, tab: 'operations' } });
  };

  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.create.title}
      action={words.create.does}
      comment="optional"
      disabled={!complete}
      onDone={create}
    >
      {(errorAt) => (
        <>
          <TextInput
            label={words.form.id}
            description={words.form.idHelp}
            required
            data-autofocus
            value={id}
            error={id && !isName(id) ? words.form.idWrong : errorAt('/id')}
            onChange={(event) => setId(event.currentTarget.value)}
          />
          <TextInput
            label={words.form.title}
            maxLength={1000}
            value={title}
            error={errorAt('/title')}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <TenantSelect
            label={words.form.tenant}
            description={words.form.tenantHelp}
            permission="services.write"
            platform={onPlatform ? words.platform : undefined}
            required
            value={tenant}
            onChange={setTenant}
          />
          <TextInput
            label={words.form.basePath}
            description={words.form.basePathHelp}
            value={basePath}
            error={errorAt('/base_path')}
            onChange={(event) => setBasePath(event.currentTarget.value)}
          />
          <TextInput
            label={words.create.version}
            description={words.create.versionHelp}
            required
            value={version}
            error={version && !isName(version) ? words.form.idWrong : undefined}
            onChange={(event) => setVersion(event.currentTarget.value)}
          />
          <UpstreamChoice
            value={upstream}
            onChange={setUpstream}
            error={errorAt('/upstream', '/targets/0', '/targets')}
          />
          <Checkbox
            label={words.form.keys}
            description={words.form.keysHelp}
            checked={keys}
            onChange={(event) => setKeys(event.currentTarget.checked)}
          />
        </>
      )}
    </Ask>
  );
}
