import { ActionIcon, Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { texts } from '../../texts';
import type { ScopeRow } from './draft';

/** What tells rows apart that have no name yet. */
let rows = 0;

/** The scopes that a service declares, each with what it allows. */
export function ScopesField(props: { value: ScopeRow[]; onChange: (value: ScopeRow[]) => void }) {
  const { value, onChange } = props;
  const words = texts.services.form;
  const set = (key: string, members: Partial<ScopeRow>) =>
    onChange(value.map((row) => (row.key === key ? { ...row, ...members } : row)));
  return (
    <Fieldset legend={words.scopes} p="xs">
      <Stack gap="xs">
        <Text size="xs" c="dimmed">
          {words.scopesHelp}
        </Text>
        {value.map((row, at) => (
          <Group key={row.key} gap="xs" wrap="nowrap">
            <TextInput
              aria-label={words.scopeName(at + 1)}
              placeholder="orders:read"
              value={row.name}
              maxLength={128}
              onChange={(event) => set(row.key, { name: event.currentTarget.value })}
              style={{ flex: 1 }}
            />
            <TextInput
              aria-label={words.scopeMeaning(at + 1)}
              value={row.means}
              maxLength={1000}
              onChange={(event) => set(row.key, { means: event.currentTarget.value })}
              style={{ flex: 2 }}
            />
            <ActionIcon
              variant="subtle"
              aria-label={words.scopeRemove(row.name || String(at + 1))}
              onClick={() => onChange(value.filter((other) => other.key !== row.key))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <div>
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              rows += 1;
              // No scope has a space in its name, so that no key is met twice.
              onChange([...value, { key: `row ${rows}`, name: '', means: '' }]);
            }}
          >
            {words.scopeAdd}
          </Button>
        </div>
      </Stack>
    </Fieldset>
  );
}
