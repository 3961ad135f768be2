import { MultiSelect, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { answer, api } from '../../api/client';
import type { Me } from '../../api/me';
import { Ask } from '../../parts/Ask';
import { texts } from '../../texts';

const words = texts.account.tokens;
const DAY = 24 * 60 * 60 * 1000;

/** Makes a token: what for, how long, and how much of what its owner may do. */
export function NewToken(props: {
  who: Me;
  opened: boolean;
  onClose: () => void;
  onMade: (made: { title: string; token: string }) => Promise<unknown>;
}) {
  const [title, setTitle] = useState('');
  const [scopes, setScopes] = useState<string[]>([]);
  const [tenant, setTenant] = useState<string | null>(null);
  const [days, setDays] = useState<string>('90');
  const { platform, tenants } = props.who;
  const points = [...new Set([...platform, ...Object.values(tenants).flat()])].sort();
  const make = async () => {
    const ends = days === 'never' ? null : new Date(Date.now() + Number(days) * DAY).toISOString();
    const body = {
      title: title.trim(),
      scopes: scopes.length > 0 ? scopes : null,
      only_in: tenant,
      expires_at: ends,
    };
    const made = await answer(api.POST('/api/v1/me/tokens', { body }));
    await props.onMade({ title: body.title, token: made.token });
    setTitle('');
    setScopes([]);
    setTenant(null);
  };
  return (
    <Ask
      opened={props.opened}
      onClose={props.onClose}
      title={words.make}
      action={words.make}
      disabled={!title.trim()}
      onDone={make}
    >
      <TextInput
        label={words.name}
        required
        maxLength={200}
        data-autofocus
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <Select
        label={words.expires}
        allowDeselect={false}
        data={Object.entries(words.expiry).map(([value, label]) => ({ value, label }))}
        value={days}
        onChange={(value) => setDays(value ?? '90')}
      />
      <MultiSelect
        label={words.scopes}
        description={words.scopesHelp}
        data={points}
        searchable
        clearable
        value={scopes}
        onChange={setScopes}
        clearButtonProps={{ 'aria-label': words.everywhere }}
      />
      {Object.keys(tenants).length > 0 && (
        <Select
          label={words.onlyIn}
          description={words.onlyInHelp}
          placeholder={words.everywhere}
          clearable
          data={Object.keys(tenants)}
          value={tenant}
          onChange={setTenant}
        />
      )}
    </Ask>
  );
}
