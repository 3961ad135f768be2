import { Radio, Select, Stack, Text } from '@mantine/core';
import { More } from '../../../../parts/More';
import { texts } from '../../../../texts';
import type { Decider } from '../document';
import { type Fields, FlagField, ListField, TextField } from './inputs';

const words = texts.rules.fields.external;

type Protocol = keyof typeof words.protocols;

/** Who is asked, and what it is shown. */
export function ExternalFields({ draft, change }: Fields) {
  const decider = draft.decider ?? {};
  const protocol: Protocol = decider.protocol ?? 'forward_auth';
  const set = (members: Decider) => change({ decider: { ...decider, ...members } });
  const more = (['timeout', 'body', 'max_answer', 'answer_headers'] as const).some((name) => decider[name]);
  return (
    <>
      <Select
        label={words.protocol}
        allowDeselect={false}
        data={Object.entries(words.protocols).map(([value, label]) => ({ value, label }))}
        value={protocol}
        onChange={(value) => set({ protocol: value as Protocol })}
      />
      <TextField
        at="/decider/url"
        label={words.url}
        help={words.urlHelp[protocol]}
        required
        value={decider.url}
        set={(url) => set({ url })}
      />
      {decider.tls && <Text size="sm">{words.tls}</Text>}
      <Radio.Group
        label={words.onFailure}
        value={decider.on_failure ?? 'refuse'}
        onChange={(value) => set({ on_failure: value === 'allow' ? 'allow' : undefined })}
      >
        <Stack gap={6} mt={4}>
          <Radio value="refuse" label={words.failures.refuse} />
          <Radio value="allow" label={words.failures.allow} />
        </Stack>
      </Radio.Group>
      <ListField
        at="/decider/headers"
        label={words.headers}
        help={words.headersHelp}
        value={decider.headers}
        set={(headers) => set({ headers })}
      />
      <FlagField
        label={words.credentials}
        help={words.credentialsHelp}
        value={decider.credentials}
        set={(credentials) => set({ credentials: credentials || undefined })}
      />
      <FlagField
        label={words.identity}
        help={words.identityHelp}
        value={decider.identity ?? true}
        set={(identity) => set({ identity: identity ? undefined : false })}
      />
      <More label={words.more} open={more}>
        <TextField
          at="/decider/timeout"
          label={words.timeout}
          help={words.timeoutHelp}
          maw={320}
          value={decider.timeout}
          set={(timeout) => set({ timeout })}
        />
        <TextField
          at="/decider/body"
          label={words.body}
          help={words.bodyHelp}
          maw={320}
          value={decider.body}
          set={(body) => set({ body })}
        />
        <TextField
          at="/decider/max_answer"
          label={words.maxAnswer}
          help={words.maxAnswerHelp}
          maw={320}
          value={decider.max_answer}
          set={(max_answer) => set({ max_answer })}
        />
        <ListField
          at="/decider/answer_headers"
          label={words.answerHeaders}
          help={words.answerHeadersHelp}
          value={decider.answer_headers}
          set={(answer_headers) => set({ answer_headers })}
        />
      </More>
    </>
  );
}
