import { Group, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { answer, api, versioned } from '../../../api/client';
import { texts } from '../../../texts';
import { StepForm } from './StepForm';
import type { Progress } from './state';

const words = texts.home.steps.operation;

/** A name for an operation: `POST /orders/{id}` is `post-orders-id`. */
export function operationId(method: string, path: string): string {
  const parts = path.toLowerCase().split(/[^a-z0-9]+/);
  return [method.toLowerCase(), ...parts].filter(Boolean).join('-').slice(0, 63).replace(/-$/, '');
}

/** Adds an operation to the version. */
export function OperationStep(props: { at: Progress }) {
  const { service, version } = props.at;
  const [method, setMethod] = useState('POST');
  const [path, setPath] = useState('');
  const bad = path !== '' && !path.startsWith('/');
  const add = async () => {
    const params = { path: { id: service?.id ?? '' } };
    const read = await versioned(api.GET('/api/v1/services/{id}', { params }));
    const operations = { [operationId(method, path)]: { methods: [method], path } };
    // A merge patch, which the document of the API leaves open.
    const body = { versions: { [version ?? 'v1']: { operations } } } as never;
    const header = { 'If-Match': read.version };
    await answer(api.PATCH('/api/v1/services/{id}', { params: { ...params, header }, body }));
  };
  return (
    <StepForm
      action={words.action}
      needs="services.write"
      tenant={service?.tenant}
      disabled={path === '' || bad}
      onDo={add}
    >
      <Group align="flex-start" wrap="nowrap">
        <Select
          label={words.method}
          description={'\u00a0'}
          w={110}
          allowDeselect={false}
          data={['POST', 'GET', 'PUT', 'PATCH', 'DELETE']}
          value={method}
          onChange={(value) => setMethod(value ?? 'POST')}
        />
        <TextInput
          flex={1}
          label={words.path}
          description={words.pathHelp}
          required
          autoComplete="off"
          value={path}
          error={bad ? words.pathBad : undefined}
          onChange={(event) => setPath(event.currentTarget.value.trim())}
        />
      </Group>
    </StepForm>
  );
}
