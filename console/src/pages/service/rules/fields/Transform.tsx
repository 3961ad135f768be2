import { Fieldset, Input, Stack, Text } from '@mantine/core';
import { useContext } from 'react';
import { More } from '../../../../parts/More';
import { texts } from '../../../../texts';
import { Found } from '../faults';
import { BodySteps } from './BodySteps';
import { ChangeRows } from './ChangeRows';
import { type Fields, FlagField, TextField } from './inputs';

const words = texts.rules.fields.transform;

/** What is changed in requests and in answers. */
export function TransformFields({ draft, change }: Fields) {
  const request = draft.request ?? {};
  const response = draft.response ?? {};
  const nothing = useContext(Found)['/request'];
  const inRequest = (members: typeof request) => change({ request: { ...request, ...members } });
  const inResponse = (members: typeof response) => change({ response: { ...response, ...members } });
  const { sides } = words;
  return (
    <>
      <Text size="xs" c="dimmed">
        {words.templates}
      </Text>
      <Fieldset legend={words.request} p="xs">
        <Stack gap="sm">
          <ChangeRows
            at="/request/headers"
            label={words.headers}
            part={`${sides.request}, ${words.headers.toLowerCase()}`}
            value={request.headers}
            set={(headers) => inRequest({ headers })}
          />
          <ChangeRows
            at="/request/query"
            label={words.query}
            part={`${sides.request}, ${words.query.toLowerCase()}`}
            value={request.query}
            set={(query) => inRequest({ query: query as typeof request.query })}
          />
          <TextField
            at="/request/path"
            label={words.path}
            help={words.pathHelp}
            mono
            value={request.path}
            set={(path) => inRequest({ path })}
          />
          <BodySteps
            at="/request/body"
            side={sides.request}
            value={request.body}
            set={(body) => inRequest({ body })}
          />
          {nothing && <Input.Error role="alert">{nothing}</Input.Error>}
        </Stack>
      </Fieldset>
      <Fieldset legend={words.response} p="xs">
        <Stack gap="sm">
          <ChangeRows
            at="/response/headers"
            label={words.headers}
            part={`${sides.response}, ${words.headers.toLowerCase()}`}
            value={response.headers}
            set={(headers) => inResponse({ headers })}
          />
          <BodySteps
            at="/response/body"
            side={sides.response}
            value={response.body}
            set={(body) => inResponse({ body })}
          />
        </Stack>
      </Fieldset>
      <FlagField
        label={words.validate}
        help={words.validateHelp}
        value={draft.validate ?? false}
        set={(validate) => change({ validate })}
      />
      <More label={words.more} open={draft.max_body !== undefined}>
        <TextField
          at="/max_body"
          label={words.maxBody}
          help={words.maxBodyHelp}
          maw={320}
          value={draft.max_body}
          set={(max_body) => change({ max_body })}
        />
      </More>
    </>
  );
}
