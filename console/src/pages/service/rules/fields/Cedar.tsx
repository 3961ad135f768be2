import { Button, Group, Menu, Text } from '@mantine/core';
import { useContext } from 'react';
import { Problem } from '../../../../api/problem';
import { CodeArea } from '../../../../parts/CodeArea';
import { Failed } from '../../../../parts/failed';
import { texts } from '../../../../texts';
import { type Place, plainFault } from '../cedar';
import { Found, useWrong } from '../faults';
import type { Fields } from './inputs';

const words = texts.rules.fields.cedar;

/** Statements to begin with; their texts are Cedar's, and no words of ours. */
const EXAMPLES: Record<keyof typeof words.example, string> = {
  everybody: `@id("everybody may read")
permit (principal, action in Postern::Action::"read", resource);
`,
  group: `@id("partners may do everything")
permit (principal in Postern::Group::"partners", action, resource);
`,
  own: `@id("their own customers")
permit (principal, action, resource)
when { resource.path has customer && resource.path.customer == principal.name };
`,
  office: `@id("changes from the office only")
forbid (principal, action in Postern::Action::"write", resource)
unless { context.client.isInRange(ip("203.0.113.0/24")) };
`,
};

/** Statements in Cedar, with what is wrong at its place. */
export function CedarFields({ draft, change }: Fields) {
  const wrong = useWrong()('/policies');
  const text = draft.policies ?? '';
  const places = usePlaces(text);
  const insert = (example: string) =>
    change({ policies: text.trim() ? `${text.trimEnd()}\n\n${example}` : example });
  return (
    <>
      <CodeArea
        label={words.statements}
        description={words.help}
        required
        value={text}
        onChange={(policies) => change({ policies })}
        error={wrong}
        marked={places.map(({ line }) => line)}
      />
      <Group justify="space-between" gap="xs">
        <Menu position="bottom-start" shadow="md">
          <Menu.Target>
            <Button size="xs" variant="default">
              {words.examples}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {Object.entries(EXAMPLES).map(([name, example]) => (
              <Menu.Item key={name} onClick={() => insert(example)}>
                {words.example[name as keyof typeof words.example]}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </Group>
      <Text size="xs" c="dimmed">
        {words.warning}
      </Text>
    </>
  );
}

/** Where what was found in statements stands, by the form or by the API. */
function usePlaces(text: string): Place[] {
  const found = useContext(Found)['/policies'];
  const failed = useContext(Failed);
  if (found) {
    const fault = plainFault(text);
    return fault ? [fault.place] : [];
  }
  const errors = failed instanceof Problem ? (failed.document.errors ?? []) : [];
  return errors.filter(({ pointer }) => pointer === '/policies').flatMap(({ within }) => within ?? []);
}
