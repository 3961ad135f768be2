import { Radio, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { answer, api } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { MomentInput } from '../../parts/MomentInput';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { newId } from '../credential/newId';
import { stamp } from '../lists/entries';
import { refreshRevocations } from './Revocations';

const words = texts.issuers.revocations;

/** Ends tokens of an issuer here, whatever they say themselves. */
export function RevokeTokens(props: { issuer: string; onClose: () => void }) {
  const [by, setBy] = useState<keyof typeof words.bys>('subject');
  const [name, setName] = useState('');
  const [until, setUntil] = useState<string>();
  const revoke = async (reason: string) => {
    const body = {
      id: newId('rev_', 12),
      issuer: props.issuer,
      [by]: name.trim(),
      revoked_at: stamp(),
      ...(until ? { until } : {}),
      reason,
    };
    const params = { query: { comment: reason } };
    await answer(api.POST('/api/v1/token-revocations', { params, body }));
    told(words.done);
    await refreshRevocations();
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.formTitle(props.issuer)}
      action={words.does}
      danger
      comment="required"
      disabled={!name.trim()}
      onDone={revoke}
    >
      <Text size="sm">{words.explain}</Text>
      <Radio.Group label={words.by} value={by} onChange={(value) => setBy(value as typeof by)}>
        <Stack gap={6} mt={4}>
          {Object.entries(words.bys).map(([value, label]) => (
            <Radio key={value} value={value} label={label} />
          ))}
        </Stack>
      </Radio.Group>
      <TextInput
        label={words.name}
        required
        maxLength={1000}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <MomentInput label={words.until} description={words.untilHelp} value={until} onChange={setUntil} />
      <Text size="sm" c="dimmed">
        {words.reasonHelp}
      </Text>
    </Ask>
  );
}
