import { Button, Checkbox, Group, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { useMayIn, useWhere } from '../../api/rights';
import { Dialog } from '../../parts/Dialog';
import { Failure } from '../../parts/Failure';
import { TenantSelect } from '../../parts/TenantSelect';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { refresh } from '../service/data';
import type { Service } from '../service/documents';
import { isName } from '../service/versions';
import { DocumentField, type OpenApiText } from './DocumentField';
import { ImportReport } from './ImportReport';
import { MistakePlace } from './MistakePlace';
import { isChosen, NO_UPSTREAM, UpstreamChoice } from './UpstreamChoice';

/**
 * Imports an OpenAPI document: into a service, or as a new one. What would be done is shown first, and only
 * that is done.
 */
export function ImportDialog(props: {
  service?: Service | undefined;
  version?: string | undefined;
  onClose: () => void;
}) {
  const words = texts.services;
  const navigate = useNavigate();
  const { service } = props;
  const { onPlatform, only } = useWhere('services.write');
  const [document, setDocument] = useState<OpenApiText>();
  const [id, setId] = useState(service?.id ?? '');
  const [version, setVersion] = useState(props.version ?? 'v1');
  const [tenant, setTenant] = useState(onPlatform ? '' : only);
  const [basePath, setBasePath] = useState('');
  const [upstream, setUpstream] = useState(NO_UPSTREAM);
  const mayPolicies = useMayIn()('policies.write', service ? service.tenant : tenant);
  const [policies, setPolicies] = useState(true);
  const [planned, setPlanned] = useState<Schemas['Imported']>();
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();

  const isNew = !service;
  const versionIsNew = isNew || !Object.hasOwn(service.versions, version);
  const complete =
    document !== undefined &&
    isName(id) &&
    isName(version) &&
    (!isNew || tenant !== undefined) &&
    (!versionIsNew || isChosen(upstream));
  // Counts what was asked for: an answer to what the form said before is not shown.
  const asked = useRef(0);
  /** What was previewed is what is imported: whatever changes, it has to be previewed again. */
  const other =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      asked.current++;
      setPlanned(undefined);
      setError(undefined);
      set(value);
    };

  const send = (more: object) =>
    answer(
      api.POST('/api/v1/services/{service}/versions/{version}/import', {
        params: { path: { service: id, version } },
        body: {
          name: document?.name,
          text: document?.text,
          policies: policies && mayPolicies,
          ...(isNew && tenant ? { tenant } : {}),
          ...(isNew && basePath.trim() ? { base_path: basePath.trim() } : {}),
          ...(versionIsNew && upstream.how === 'existing' && upstream.id ? { upstream: upstream.id } : {}),
          ...(versionIsNew && upstream.how === 'made' && upstream.address.trim()
            ? { upstream_url: upstream.address.trim() }
            : {}),
          ...more,
        },
      }),
    );

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (running || !complete) return;
    const mine = ++asked.current;
    const stands = () => mine === asked.current;
    setRunning(true);
    setError(undefined);
    try {
      if (!planned) {
        const plan = await send({ dry_run: true });
        if (stands()) setPlanned(plan);
      } else {
        const done = await send({ dry_run: false, expect: planned.expect });
        await refresh();
        told(words.import.done(done.service));
        props.onClose();
        await navigate({ to: '/services/$id', params: { id }, search: { version, tab: 'operations' } });
      }
    } catch (thrown) {
      // That an import failed is told whatever was typed meanwhile.
      if (!stands() && !planned) return;
      setPlanned(undefined);
      setError(thrown);
    } finally {
      setRunning(false);
    }
  };

  return (
    <Dialog
      opened
      onClose={props.onClose}
      title={service ? words.import.titleInto(service.id) : words.import.title}
      size="xl"
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <DocumentField value={document} onChange={other(setDocument)} />
          {isNew && (
            <>
              <TextInput
                label={words.form.id}
                description={words.form.idHelp}
                required
                value={id}
                error={id && !isName(id) ? words.form.idWrong : undefined}
                onChange={(event) => other(setId)(event.currentTarget.value)}
              />
              <TenantSelect
                label={words.form.tenant}
                description={words.form.tenantHelp}
                permission="services.write"
                platform={onPlatform ? words.platform : undefined}
                required
                value={tenant}
                onChange={other(setTenant)}
              />
              <TextInput
                label={words.form.basePath}
                description={words.form.basePathHelp}
                value={basePath}
                onChange={(event) => other(setBasePath)(event.currentTarget.value)}
              />
            </>
          )}
          <TextInput
            label={words.import.version}
            description={words.import.versionHelp}
            required
            value={version}
            error={version && !isName(version) ? words.form.idWrong : undefined}
            onChange={(event) => other(setVersion)(event.currentTarget.value)}
          />
          {versionIsNew && <UpstreamChoice url value={upstream} onChange={other(setUpstream)} />}
          {mayPolicies && (
            <Checkbox
              label={words.import.policies}
              checked={policies}
              onChange={(event) => other(setPolicies)(event.currentTarget.checked)}
            />
          )}
          <Failure error={error} />
          {document && <MistakePlace error={error} text={document.text} />}
          {planned && <ImportReport answer={planned} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {texts.common.cancel}
            </Button>
            <Button type="submit" loading={running} disabled={!complete}>
              {planned ? words.import.does : words.import.preview}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
